/** One account: its state, the terms that apply to it at a moment, and the buckets that its events count in. */
@NullMarked
package dev.tollgate.engine.internal.account;

import org.jspecify.annotations.NullMarked;
