/**
 * What a task remembers: one record per account, the journal entries by which duplicates and corrections are told, and
 * the store of the work that is still pending, and when all of it is committed. Small interfaces of ours over Kafka
 * Streams' stores, so that either side can change.
 */
@NullMarked
package dev.tollgate.streams.store;

import org.jspecify.annotations.NullMarked;
