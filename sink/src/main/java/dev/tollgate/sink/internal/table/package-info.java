/**
 * The tables that the sink writes, one file for each: which columns they have, which value of a record each column
 * holds, and how a value is encoded. Pure: no Kafka client, no ClickHouse client.
 */
@NullMarked
package dev.tollgate.sink.internal.table;

import org.jspecify.annotations.NullMarked;
