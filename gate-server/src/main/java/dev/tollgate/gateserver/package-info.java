/**
 * The gate as a process beside a proxy: {@code /v1/check} answers whether a call may go ahead, and can publish its
 * request event, so that a service is limited and counted without code of its own.
 */
@NullMarked
package dev.tollgate.gateserver;

import org.jspecify.annotations.NullMarked;
