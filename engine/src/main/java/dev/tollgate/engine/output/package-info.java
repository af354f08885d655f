/**
 * What comes out of the engine: one journal entry per request event, running and closed totals, limit events, and
 * rejections for input that cannot have happened.
 */
@NullMarked
package dev.tollgate.engine.output;

import org.jspecify.annotations.NullMarked;
