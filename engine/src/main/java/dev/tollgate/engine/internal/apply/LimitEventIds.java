package dev.tollgate.engine.internal.apply;

import dev.tollgate.engine.internal.bucket.Alert;
import dev.tollgate.engine.internal.bucket.Bucket;
import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.PlanVersion;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * Ids of limit events: UUIDs of version 8 (RFC 9562, section 5.8) made of a SHA-256 over what happened. The same thing
 * has the same id on every replay, in every partition and whatever was emitted before. What happens again is not the
 * same: each id holds something that tells one occurrence from the next.
 */
final class LimitEventIds {
    private LimitEventIds() {}

    /** Id of the event that says that an alert was raised. */
    static String raised(String accountId, Bucket bucket, Alert alert) {
        return of(
                accountId,
                alert.threshold == null ? "hard" : alert.threshold.toString(),
                alert.isAdvisory() ? "advisory" : "enforced",
                bucket.group.limitId,
                bucket.group.meterId,
                nameOf(bucket.group.algorithm),
                bucket.group.scope.name(),
                bucket.scopeKey,
                Long.toString(bucket.identity()),
                Long.toString(bucket.rearmsByTime() ? alert.raisedAtMillis() : 0),
                Long.toString(alert.ordinal()));
    }

    /** Id of the event that says that what another event raised is over. */
    static String cleared(String raisedId) {
        return of(raisedId, LimitEvent.Kind.LIMIT_CLEARED.name());
    }

    /** Id of an event about the account as a whole that follows from a command. Two commands may say the same. */
    static String commanded(
            String accountId, LimitEvent.Kind kind, long effectiveAtMillis, String detail, String commandId) {
        return of(accountId, kind.name(), Long.toString(effectiveAtMillis), detail, "command", commandId);
    }

    /** Id of the event that says that a temporary suspension is over. */
    static String suspensionOver(String accountId, long suspendedAtMillis, long untilMillis) {
        return of(
                accountId,
                LimitEvent.Kind.REINSTATED.name(),
                Long.toString(untilMillis),
                "suspended",
                Long.toString(suspendedAtMillis));
    }

    /**
     * Id of the event that says that a plan version has come into force. The same may do so again, after it was removed
     * from the catalog or got another date: never at the same stream time.
     */
    static String versionInForce(String accountId, PlanVersion version, long streamTimeMillis) {
        return of(
                accountId,
                LimitEvent.Kind.PLAN_CHANGED.name(),
                Long.toString(version.effectiveFromMillis()),
                version.planId(),
                Integer.toString(version.version()),
                "noted",
                Long.toString(streamTimeMillis));
    }

    /**
     * Id of the event that says that a plan version will come into force. An account hears of it again if it leaves the
     * plan and comes back.
     *
     * @param assignedAtMillis date of the assignment that the account is on the plan by
     */
    static String versionAnnounced(String accountId, PlanVersion version, long assignedAtMillis) {
        return of(
                accountId,
                LimitEvent.Kind.PLAN_CHANGE_SCHEDULED.name(),
                Long.toString(version.effectiveFromMillis()),
                version.planId(),
                Integer.toString(version.version()),
                "assigned",
                Long.toString(assignedAtMillis));
    }

    /** A limit that counts otherwise under the same name is another limit. */
    private static String nameOf(Algorithm algorithm) {
        return switch (algorithm) {
            case Algorithm.FixedWindow fixed -> "fixed " + fixed.length().symbol();
            case Algorithm.LeakyBucket leaky -> "leaky " + leaky.periodMillis();
            case Algorithm.SlidingWindow sliding -> "sliding " + sliding.lengthMillis();
            case Algorithm.Concurrency concurrency -> "concurrency " + concurrency.leaseMillis();
        };
    }

    private static String of(String... parts) {
        MessageDigest digest;
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
        for (String part : parts) {
            byte[] utf8 = part.getBytes(StandardCharsets.UTF_8);
            digest.update(ByteBuffer.allocate(4).putInt(utf8.length).array());
            digest.update(utf8);
        }
        ByteBuffer hash = ByteBuffer.wrap(digest.digest());
        long high = hash.getLong() & ~0xF000L | 0x8000L;
        long low = hash.getLong() & 0x3FFF_FFFF_FFFF_FFFFL | 0x8000_0000_0000_0000L;
        return new UUID(high, low).toString();
    }
}
