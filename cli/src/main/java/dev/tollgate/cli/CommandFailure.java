package dev.tollgate.cli;

import org.jspecify.annotations.Nullable;

/** A command that could not do its work; the message is for people. */
public final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public CommandFailure(String message) {
        this(message, null);
    }

    public CommandFailure(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
