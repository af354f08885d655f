package dev.tollgate.gateway.event;

/** A body in which no events can be told apart; nothing of it was taken. */
public final class MalformedBodyException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Kind kind;

    MalformedBodyException(Kind kind, String detail) {
        super(detail);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** Which limit or grammar it broke. */
    public enum Kind {
        /** Not the format that it claims to be. */
        SYNTAX,
        /** More events than one request may carry. */
        TOO_MANY_EVENTS
    }
}
