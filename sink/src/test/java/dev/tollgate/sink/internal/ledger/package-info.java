@NullMarked
package dev.tollgate.sink.internal.ledger;

import org.jspecify.annotations.NullMarked;
