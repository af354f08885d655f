/**
 * The form that what comes in must have, in one place: ids, endpoints, times, numbers. Every way in and the engine
 * apply these rules, so that nothing is accepted anywhere that the accounting rejects for its form.
 */
@NullMarked
package dev.tollgate.planmodel.input;

import org.jspecify.annotations.NullMarked;
