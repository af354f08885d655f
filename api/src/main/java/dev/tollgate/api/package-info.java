/**
 * The query API: usage out of ClickHouse over HTTP. {@link dev.tollgate.api.Api} starts it,
 * {@link dev.tollgate.api.ApiConfig} says how.
 */
@NullMarked
package dev.tollgate.api;

import org.jspecify.annotations.NullMarked;
