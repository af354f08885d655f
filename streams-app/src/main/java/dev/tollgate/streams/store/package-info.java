/**
 * What a task remembers: one record per account, the journal entries by which duplicates and corrections are told, and the
 * agenda of what is still to be said. Small interfaces of ours over Kafka Streams' stores, so that either side can change.
 */
@NullMarked
package dev.tollgate.streams.store;

import org.jspecify.annotations.NullMarked;
