/**
 * Requests to receivers: signed, to allowed addresses only, and bounded in time and size whatever the receiver does.
 */
@NullMarked
package dev.tollgate.notify.internal.http;

import org.jspecify.annotations.NullMarked;
