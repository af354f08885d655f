package dev.tollgate.gateway;

/** The gateway, or a backfill, cannot do its work; the message says what is missing. */
public final class GatewayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public GatewayException(String message) {
        super(message);
    }

    public GatewayException(String message, Throwable cause) {
        super(message, cause);
    }
}
