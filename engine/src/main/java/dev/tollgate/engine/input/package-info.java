/**
 * What goes into the engine: request events, account commands and the passing of time, already decoded but not yet
 * judged. Values from topics are taken as they come; the engine rejects what is impossible with a reason.
 */
@NullMarked
package dev.tollgate.engine.input;

import org.jspecify.annotations.NullMarked;
