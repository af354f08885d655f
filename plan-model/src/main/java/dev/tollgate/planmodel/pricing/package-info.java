/** What calls cost by endpoint, and how large one may be. */
@NullMarked
package dev.tollgate.planmodel.pricing;

import org.jspecify.annotations.NullMarked;
