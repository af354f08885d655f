package dev.tollgate.streams.translate;

import dev.tollgate.engine.output.RejectionReason;
import org.jspecify.annotations.Nullable;

/**
 * A record that cannot be accounted, whatever one does: it becomes a dead letter. Carries no stack trace, because it
 * says something about the data and is thrown as often as the data is bad.
 */
public final class RejectedRecordException extends Exception {
    private static final long serialVersionUID = 1L;

    private final transient DeadLetterReason reason;
    private final @Nullable String accountId;
    private final @Nullable String recordId;

    /** Rejected before the engine saw it. */
    public RejectedRecordException(RecordRejectionReason reason, String detail) {
        this(reason, detail, null, null);
    }

    /** Rejected by the engine, or for one of its reasons. */
    public RejectedRecordException(RejectionReason reason, String detail) {
        this(new DeadLetterReason.ByEngine(reason), detail, null, null);
    }

    private RejectedRecordException(
            DeadLetterReason reason, String detail, @Nullable String accountId, @Nullable String recordId) {
        super(detail, null, false, false);
        this.reason = reason;
        this.accountId = accountId;
        this.recordId = recordId;
    }

    /** The same rejection, with what the record says of itself. */
    public RejectedRecordException about(@Nullable String accountId, @Nullable String recordId) {
        return new RejectedRecordException(reason, detail(), accountId, recordId);
    }

    /** Why; its code goes into the dead letter. */
    public DeadLetterReason reason() {
        return reason;
    }

    /** What was wrong: the name, the value, the allowed range. */
    public String detail() {
        return String.valueOf(getMessage());
    }

    /** The account id in the record; null if it could not be read. */
    public @Nullable String accountId() {
        return accountId;
    }

    /** The event id or command id in the record; null if it could not be read. */
    public @Nullable String recordId() {
        return recordId;
    }
}
