/** What the role counts. */
@NullMarked
package dev.tollgate.notify.status;

import org.jspecify.annotations.NullMarked;
