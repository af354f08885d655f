package dev.tollgate.publisher;

/** A schema that events are written with, and its id once the registry has told it. */
final class EventSchema {
    private static final int UNKNOWN = -1;

    private final String text;
    private volatile int id = UNKNOWN;

    /** @param text JSON text of the Avro schema */
    EventSchema(String text) {
        this.text = text;
    }

    String text() {
        return text;
    }

    boolean isResolved() {
        return id != UNKNOWN;
    }

    /** The id in the registry; only once {@link #isResolved()}. */
    int id() {
        return id;
    }

    void resolved(int registeredId) {
        id = registeredId;
    }
}
