/** {@code GET /v1/usage}: what was used, by time, account and more. */
@NullMarked
package dev.tollgate.api.usage;

import org.jspecify.annotations.NullMarked;
