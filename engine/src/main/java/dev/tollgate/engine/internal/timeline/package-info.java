/** What was changed about an account, and when. */
@NullMarked
package dev.tollgate.engine.internal.timeline;

import org.jspecify.annotations.NullMarked;
