/** Accounts, and where their limits stand. */
@NullMarked
package dev.tollgate.api.account;

import org.jspecify.annotations.NullMarked;
