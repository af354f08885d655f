/** What the consumer group has committed of a partition, and where to begin from it. Pure. */
@NullMarked
package dev.tollgate.sink.internal.ledger;

import org.jspecify.annotations.NullMarked;
