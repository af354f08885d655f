/** Tests of the lanes: cases by hand, and a simulated receiver with crashes. */
@NullMarked
package dev.tollgate.notify.internal.lane;

import org.jspecify.annotations.NullMarked;
