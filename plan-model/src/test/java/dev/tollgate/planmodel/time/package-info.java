@NullMarked
package dev.tollgate.planmodel.time;

import org.jspecify.annotations.NullMarked;
