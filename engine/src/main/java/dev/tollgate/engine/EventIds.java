package dev.tollgate.engine;

import dev.tollgate.engine.output.LimitEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * Ids of limit events: UUIDs of version 8 (RFC 9562, section 5.8) made of a SHA-256 over what happened. The same thing has
 * the same id on every replay, in every partition and whatever was said before.
 */
final class EventIds {
    private EventIds() {}

    /** Id of the event that says that an alert was raised. */
    static String raised(String accountId, Bucket bucket, Alert alert) {
        return of(
                accountId,
                alert.threshold == null ? "hard" : alert.threshold.toString(),
                alert.advisory ? "advisory" : "enforced",
                bucket.group.limitId,
                bucket.group.scope.name(),
                bucket.scopeKey,
                Long.toString(bucket.identity()),
                Long.toString(bucket.rearmsByTime() ? alert.raisedAtMillis : 0),
                Long.toString(alert.ordinal));
    }

    /** Id of the event that says that what another event raised is over. */
    static String cleared(String raisedId) {
        return of(raisedId, LimitEvent.Kind.LIMIT_CLEARED.name());
    }

    /** Id of an event about the account as a whole. */
    static String account(String accountId, LimitEvent.Kind kind, long effectiveAtMillis, String detail) {
        return of(accountId, kind.name(), Long.toString(effectiveAtMillis), detail);
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
