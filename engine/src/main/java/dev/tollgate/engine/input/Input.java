package dev.tollgate.engine.input;

/** One step of an account's history, in the order of its own records. */
public sealed interface Input permits RequestInput, AccountInput, Tick {}
