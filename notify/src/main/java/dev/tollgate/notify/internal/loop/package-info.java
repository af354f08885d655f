/**
 * Kafka around the lanes: one consumer group and one transactional producer an endpoint. What became of an event, how
 * far its account has come and the offset commit in one transaction, which the broker rejects once the partition is
 * somebody else's.
 */
@NullMarked
package dev.tollgate.notify.internal.loop;

import org.jspecify.annotations.NullMarked;
