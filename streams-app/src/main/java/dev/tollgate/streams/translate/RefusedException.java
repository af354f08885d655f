package dev.tollgate.streams.translate;

import dev.tollgate.engine.output.RejectionReason;

/**
 * A record that cannot be accounted, whatever one does: it belongs into the dead letters. Carries no stack trace,
 * because it says something about the data and is thrown as often as the data is bad.
 */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Enum<?> reason;

    /** Refused before the engine saw it. */
    public RefusedException(RefusalReason reason, String detail) {
        this((Enum<?>) reason, detail);
    }

    /** Refused by the engine, or for one of its reasons. */
    public RefusedException(RejectionReason reason, String detail) {
        this((Enum<?>) reason, detail);
    }

    private RefusedException(Enum<?> reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
    }

    /** A {@link RefusalReason} or {@link RejectionReason}; its name is the code in the dead letter. */
    public Enum<?> reason() {
        return reason;
    }

    /** What was wrong: the name, the value, the allowed range. */
    public String detail() {
        return String.valueOf(getMessage());
    }
}
