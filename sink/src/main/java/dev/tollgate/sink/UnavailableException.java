package dev.tollgate.sink;

/** ClickHouse, the registry or Kafka does not do now what it may do later: wait and try again. */
final class UnavailableException extends Exception {
    private static final long serialVersionUID = 1L;

    private final Part part;

    UnavailableException(Part part, String message, Throwable cause) {
        super(message, cause);
        this.part = part;
    }

    UnavailableException(Part part, String message) {
        super(message);
        this.part = part;
    }

    Part part() {
        return part;
    }

    /** Who is waited for. */
    enum Part {
        CLICKHOUSE,
        REGISTRY,
        KAFKA
    }
}
