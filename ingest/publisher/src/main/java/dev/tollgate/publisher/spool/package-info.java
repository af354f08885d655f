/**
 * The bounded, checksummed queue on disk that holds events while Kafka is away: segment files of framed records, a
 * position up to which they are acknowledged, and a lock that keeps a second process out. Used by the delivery thread
 * alone.
 */
@NullMarked
package dev.tollgate.publisher.spool;

import org.jspecify.annotations.NullMarked;
