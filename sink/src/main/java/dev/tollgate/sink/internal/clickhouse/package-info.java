/**
 * ClickHouse as the sink uses it: {@link dev.tollgate.sink.internal.clickhouse.ClickHouseWriter} inserts rows, reads
 * back which stand, and notes what is lost.
 */
@NullMarked
package dev.tollgate.sink.internal.clickhouse;

import org.jspecify.annotations.NullMarked;
