/** How far a task has read its input, as the log sees it: before what moment no record is still to come. */
@NullMarked
package dev.tollgate.streams.input;

import org.jspecify.annotations.NullMarked;
