@NullMarked
package dev.tollgate.sink.internal.clickhouse;

import org.jspecify.annotations.NullMarked;
