package dev.tollgate.embedded;

/**
 * A part of the stack could not be fetched, started or stopped. The message says which part, what was expected and what
 * to do about it, in words for whoever started the stack.
 */
public final class StackException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StackException(String message) {
        super(message);
    }

    public StackException(String message, Throwable cause) {
        super(message, cause);
    }
}
