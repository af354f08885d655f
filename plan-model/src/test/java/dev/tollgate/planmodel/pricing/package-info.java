@NullMarked
package dev.tollgate.planmodel.pricing;

import org.jspecify.annotations.NullMarked;
