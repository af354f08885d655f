/** What names and numbers are allowed wherever plans, events and states meet. */
@NullMarked
package dev.tollgate.planmodel.contract;

import org.jspecify.annotations.NullMarked;
