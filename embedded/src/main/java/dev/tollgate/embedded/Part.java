package dev.tollgate.embedded;

/** A part of the stack that can be left out, stopped and started by itself. */
public enum Part {
    KAFKA("Kafka"),
    REGISTRY("Schema registry"),
    CLICKHOUSE("ClickHouse");

    private final String title;

    Part(String title) {
        this.title = title;
    }

    /** For people. */
    public String title() {
        return title;
    }
}
