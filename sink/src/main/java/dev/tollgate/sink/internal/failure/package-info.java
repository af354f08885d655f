/** Failures that a step ends with: what is waited for, and what ClickHouse does not take. */
@NullMarked
package dev.tollgate.sink.internal.failure;

import org.jspecify.annotations.NullMarked;
