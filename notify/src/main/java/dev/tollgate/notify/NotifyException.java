package dev.tollgate.notify;

/** What an operator asked for cannot be done; the message says why and what to do. */
public final class NotifyException extends RuntimeException {
    public NotifyException(String message) {
        super(message);
    }

    public NotifyException(String message, Throwable cause) {
        super(message, cause);
    }
}
