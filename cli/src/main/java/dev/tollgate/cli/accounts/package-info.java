/** What an operator asks and changes about accounts: {@code tollgate accounts}. */
@NullMarked
package dev.tollgate.cli.accounts;

import org.jspecify.annotations.NullMarked;
