/** What limits and commands did to accounts: alerts, blocks, their ends, and each account's timeline. */
@NullMarked
package dev.tollgate.api.limit;

import org.jspecify.annotations.NullMarked;
