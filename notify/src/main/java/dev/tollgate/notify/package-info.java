/**
 * Limit events to webhooks: each event to each endpoint at least once, in order per account, under the same id and with
 * the same bytes on each attempt. {@code docs/notify.md} says what a receiver can rely on.
 */
@NullMarked
package dev.tollgate.notify;

import org.jspecify.annotations.NullMarked;
