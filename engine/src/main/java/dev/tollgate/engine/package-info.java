/**
 * The accounting rules: one function from an account's state and an input to outputs. Time is input; there is no clock,
 * no randomness, no thread and no I/O in here, so the same history gives the same outputs everywhere.
 *
 * <p>{@link dev.tollgate.engine.AccountingEngine} is the way in. Behind it, an account's {@code Timeline} says which
 * terms hold at a moment, {@code Bucket}s hold usage, {@code ThresholdEvaluator} compares the two, and
 * {@code StreamTime} does what falls due as time moves on.
 */
@NullMarked
package dev.tollgate.engine;

import org.jspecify.annotations.NullMarked;
