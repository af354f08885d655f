package dev.tollgate.gateserver;

/** The gate cannot run. The message says why, for the operator. */
public final class GateServerException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    GateServerException(String message, Throwable cause) {
        super(message, cause);
    }
}
