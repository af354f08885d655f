/**
 * ClickHouse without a server: the engine as a native library, called through the foreign function API, behind the part
 * of ClickHouse's HTTP interface that the official drivers use.
 *
 * <p>{@link dev.tollgate.embedded.clickhouse.ClickHouseServerMain} runs in a process of its own, so that a fault of
 * native code or a large query never takes the pipeline down, and with nothing but this module on its class path, so
 * that it starts fast.
 */
@NullMarked
package dev.tollgate.embedded.clickhouse;

import org.jspecify.annotations.NullMarked;
