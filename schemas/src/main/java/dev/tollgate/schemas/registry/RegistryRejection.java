package dev.tollgate.schemas.registry;

/**
 * The registry answered, and the answer is no: unknown id, unknown subject, incompatible schema, wrong credentials. The
 * same call would be rejected again.
 */
public final class RegistryRejection extends Exception {
    private static final long serialVersionUID = 1L;

    /** Confluent's code for an id that no schema has. */
    public static final int SCHEMA_NOT_FOUND = 40403;

    private final int httpStatus;
    private final int errorCode;

    RegistryRejection(int httpStatus, int errorCode, String message) {
        super(message + "; HTTP status: " + httpStatus + ", error code: " + errorCode);
        this.httpStatus = httpStatus;
        this.errorCode = errorCode;
    }

    /** HTTP status, 400 to 499. */
    public int httpStatus() {
        return httpStatus;
    }

    /** Confluent's error code, for example 40403 (schema not found); the HTTP status where the answer named none. */
    public int errorCode() {
        return errorCode;
    }
}
