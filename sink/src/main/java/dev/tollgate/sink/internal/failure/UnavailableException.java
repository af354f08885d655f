package dev.tollgate.sink.internal.failure;

/** ClickHouse, the registry or Kafka does not do now what it may do later: wait and try again. */
public final class UnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Part part;

    public UnavailableException(Part part, String message, Throwable cause) {
        super(message, cause);
        this.part = part;
    }

    public UnavailableException(Part part, String message) {
        super(message);
        this.part = part;
    }

    public Part part() {
        return part;
    }

    /** Who is waited for. */
    public enum Part {
        CLICKHOUSE,
        REGISTRY,
        KAFKA
    }
}
