/**
 * Kafka to ClickHouse: {@link dev.tollgate.sink.Sink} writes the journal, totals, limit events, states, dead letters
 * and plans into the tables of {@code dev.tollgate.sql}, each record once, whatever is stopped, killed or cut off in
 * between. How it does that is below {@code internal}, which nothing outside this module may use.
 */
@NullMarked
package dev.tollgate.sink;

import org.jspecify.annotations.NullMarked;
