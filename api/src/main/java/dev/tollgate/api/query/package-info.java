/** ClickHouse: connections, statements with bound parameters, rows one after the other. */
@NullMarked
package dev.tollgate.api.query;

import org.jspecify.annotations.NullMarked;
