package dev.tollgate.gate;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Whether a call may go ahead, and what to tell the client. Immutable and safe for use by several threads.
 *
 * <p>Allowed decisions are shared, so that the allow path allocates nothing: their {@link #headers()} tell where the
 * account stands when they are asked for. Those of denials tell the moment of the denial.
 */
public final class Decision {
    private static final int FORBIDDEN = 403;
    private static final int UNPROCESSABLE = 422;
    private static final int TOO_MANY_REQUESTS = 429;
    private static final int UNAVAILABLE = 503;

    private final @Nullable Reason reason;
    private final int status;
    private final @Nullable String limitId;
    private final long retryAfterSeconds;
    private final String detail;
    private final HeaderSource headers;

    /** Works out headers when somebody wants them. */
    interface HeaderSource {
        Map<String, String> headers();
    }

    private Decision(
            @Nullable Reason reason,
            int status,
            @Nullable String limitId,
            long retryAfterSeconds,
            String detail,
            HeaderSource headers) {
        this.reason = reason;
        this.status = status;
        this.limitId = limitId;
        this.retryAfterSeconds = retryAfterSeconds;
        this.detail = detail;
        this.headers = headers;
    }

    static Decision allowed(HeaderSource headers) {
        return new Decision(null, 200, null, 0, "", headers);
    }

    static Decision denied(
            Reason reason,
            @Nullable String limitId,
            long retryAfterSeconds,
            String detail,
            Map<String, String> headers) {
        int status = switch (reason) {
            case RATE_LIMITED, CONCURRENCY -> TOO_MANY_REQUESTS;
            case OVER_CALL_LIMIT, NEVER_FITS -> UNPROCESSABLE;
            case SUSPENDED -> retryAfterSeconds > 0 ? TOO_MANY_REQUESTS : FORBIDDEN;
            case STALE -> UNAVAILABLE;
        };
        return new Decision(reason, status, limitId, retryAfterSeconds, detail, () -> headers);
    }

    /** Whether the call may go ahead. */
    public boolean allowed() {
        return reason == null;
    }

    /** Why not; null if allowed. */
    public @Nullable Reason reason() {
        return reason;
    }

    /**
     * HTTP status to answer with: 200 if allowed; 429 for a limit, and for a suspension that ends; 403 for one that
     * does not; 422 for a call that is larger than a call may be or than a limit holds; 503 where the gate does not
     * know.
     */
    public int status() {
        return status;
    }

    /** The limit that denies the call, of several the one that does so longest; null if none does. */
    public @Nullable String limitId() {
        return limitId;
    }

    /** After how many seconds another try can succeed, rounded up; 0 if allowed or if waiting does not help. */
    public long retryAfterSeconds() {
        return retryAfterSeconds;
    }

    /** One sentence for the client; empty if allowed. */
    public String detail() {
        return detail;
    }

    /** Response headers, by name, in the order in which they are to be sent; empty where there is nothing to tell. */
    public Map<String, String> headers() {
        return headers.headers();
    }

    @Override
    public String toString() {
        return reason == null
                ? "allowed"
                : "denied: " + reason + (limitId == null ? "" : " by " + limitId) + ", status " + status
                        + ", retry after " + retryAfterSeconds + " s";
    }
}
