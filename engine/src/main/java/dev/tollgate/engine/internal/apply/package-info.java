/** What an input does: verdicts, commands, corrections, the passing of time, and the events that follow. */
@NullMarked
package dev.tollgate.engine.internal.apply;

import org.jspecify.annotations.NullMarked;
