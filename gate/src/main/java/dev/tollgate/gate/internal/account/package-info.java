/**
 * What a gate knows of accounts and plans. The feed writes it, and every thread that asks reads it. For a caller it
 * finds the rules and the counter behind each; whether a call fits is decided by the counters.
 */
@NullMarked
package dev.tollgate.gate.internal.account;

import org.jspecify.annotations.NullMarked;
