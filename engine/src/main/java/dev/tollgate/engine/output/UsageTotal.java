package dev.tollgate.engine.output;

import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Scope;
import dev.tollgate.planmodel.time.WindowLength;

/**
 * Usage of one fixed window of one limit so far.
 *
 * @param accountId whose
 * @param limitId the limit
 * @param meterId the meter that is counted
 * @param scope whose usage counts together
 * @param scopeKey project or API key id; empty for the scope {@code ACCOUNT} and for calls that name none
 * @param windowStartMillis inclusive
 * @param windowEndMillis exclusive
 * @param window how long the limit's windows are; this one may be cut short
 * @param used sum of the costs of the events that the window took
 * @param amount what the limit allows
 * @param closed whether this is final
 * @param planId plan that the window was last judged by
 * @param planVersion its version
 * @param streamTimeMillis the account's stream time when this was emitted
 * @param version grows with everything that happens to the account: of two totals of one window the higher one holds
 */
public record UsageTotal(
        String accountId,
        String limitId,
        String meterId,
        Scope scope,
        String scopeKey,
        long windowStartMillis,
        long windowEndMillis,
        WindowLength window,
        long used,
        Amount amount,
        boolean closed,
        String planId,
        int planVersion,
        long streamTimeMillis,
        long version) {}
