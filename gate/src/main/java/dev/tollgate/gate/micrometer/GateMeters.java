package dev.tollgate.gate.micrometer;

import static dev.tollgate.schemas.metrics.MeterDeclaration.counter;
import static dev.tollgate.schemas.metrics.MeterDeclaration.gauge;

import dev.tollgate.gate.Reason;
import dev.tollgate.schemas.metrics.MeterDeclaration;
import dev.tollgate.schemas.metrics.MeterGroup;
import dev.tollgate.schemas.metrics.TagDeclaration;

/** The meters of a gate. */
public final class GateMeters {
    static final MeterDeclaration ALLOWED = counter(
            "tollgate.gate.allowed.calls", "calls", "calls that may go ahead, those that are not known included");

    static final MeterDeclaration ALLOWED_UNKNOWN = counter(
            "tollgate.gate.allowed.unknown.calls",
            "calls",
            "the part of them that was allowed by policy: the account, or anything at all, was not known");

    static final MeterDeclaration DENIED = counter(
            "tollgate.gate.denied.calls",
            "calls",
            "calls that were denied, by reason",
            TagDeclaration.of("reason", Reason.class));

    static final MeterDeclaration FAILED_DECISIONS = counter(
            "tollgate.gate.failed.decisions",
            "decisions",
            "decisions that ended in an error inside the gate and were answered by policy; a bug, each of them");

    static final MeterDeclaration SNAPSHOTS =
            counter("tollgate.gate.snapshots", "snapshots", "snapshots of accounts that were taken over");

    static final MeterDeclaration OUTDATED_SNAPSHOTS = counter(
            "tollgate.gate.outdated.snapshots", "snapshots", "snapshots left alone because a newer one was known");

    static final MeterDeclaration PLANS =
            counter("tollgate.gate.plan.records", "records", "records of the plan catalog that were taken over");

    static final MeterDeclaration MALFORMED = counter(
            "tollgate.gate.malformed.records", "records", "records that could not be read or used and were skipped");

    static final MeterDeclaration EVICTED = counter(
            "tollgate.gate.evicted.accounts",
            "accounts",
            "accounts forgotten because there were more than `gate.max-accounts`");

    static final MeterDeclaration MERGED_CALLS = counter(
            "tollgate.gate.merged.calls",
            "calls",
            "acknowledged calls that were put together with another because more than 1,024 of one limit of an account"
                    + " waited for a snapshot; they count until a snapshot has the later one");

    static final MeterDeclaration FEED_FAILURES =
            counter("tollgate.gate.feed.failures", "failures", "attempts to reach Kafka or the registry that failed");

    static final MeterDeclaration ACCOUNTS = gauge("tollgate.gate.accounts", "accounts", "accounts in memory");

    static final MeterDeclaration FEED_AGE = gauge(
            "tollgate.gate.feed.age", MeterDeclaration.SECONDS, "since the gate was level with the end of its topics");

    /** All of them. */
    public static final MeterGroup GROUP = MeterGroup.of(
            "gate",
            "Gate, bound by a service: `GateMeterBinder`",
            ALLOWED,
            ALLOWED_UNKNOWN,
            DENIED,
            FAILED_DECISIONS,
            SNAPSHOTS,
            OUTDATED_SNAPSHOTS,
            PLANS,
            MALFORMED,
            EVICTED,
            MERGED_CALLS,
            FEED_FAILURES,
            ACCOUNTS,
            FEED_AGE);

    private GateMeters() {}
}
