package dev.tollgate.engine.internal.apply;

/**
 * How far inputs may reach: the settings of the engine without the plan of accounts that have none.
 *
 * @param allowedSkewMillis how far an event time may lie ahead of its append time
 * @param dedupeHorizonMillis how far back in event time the same event id is recognised
 * @param maxScopeKeysPerLimit how many projects or API keys of one account a limit tells apart
 */
public record InputLimits(long allowedSkewMillis, long dedupeHorizonMillis, int maxScopeKeysPerLimit) {}
