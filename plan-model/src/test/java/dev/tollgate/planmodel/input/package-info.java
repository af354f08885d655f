@NullMarked
package dev.tollgate.planmodel.input;

import org.jspecify.annotations.NullMarked;
