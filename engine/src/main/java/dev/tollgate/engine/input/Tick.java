package dev.tollgate.engine.input;

/**
 * Wall-clock time has reached {@code nowMillis}. A tick emits what is already determined (an alert or block whose time
 * is over, a scheduled change whose time has come, a notice of a plan version that is due); it never moves stream time
 * and never closes a window.
 *
 * @param nowMillis wall-clock time, milliseconds since the epoch
 */
public record Tick(long nowMillis) implements Input {}
