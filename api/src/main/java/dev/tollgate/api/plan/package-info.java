/** Plans and their versions. */
@NullMarked
package dev.tollgate.api.plan;

import org.jspecify.annotations.NullMarked;
