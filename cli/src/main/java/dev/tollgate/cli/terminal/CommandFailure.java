package dev.tollgate.cli.terminal;

import org.apache.kafka.common.KafkaException;
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

    /** One readable text for a failure: its message, and the causes that add something to it. */
    public static String explain(Throwable failure) {
        StringBuilder text = new StringBuilder(message(failure));
        Throwable cause = failure.getCause();
        for (int depth = 0; cause != null && depth < 4; depth++, cause = cause.getCause()) {
            String more = message(cause);
            if (text.indexOf(more) < 0) {
                text.append("; ").append(more);
            }
        }
        return text.toString();
    }

    private static String message(Throwable failure) {
        String message = failure.getMessage();
        if (message == null || message.isBlank()) {
            return failure.getClass().getSimpleName();
        }
        return failure instanceof KafkaException && message.equals(failure.toString())
                ? failure.getClass().getSimpleName() + ": " + message
                : message;
    }
}
