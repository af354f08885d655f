package dev.tollgate.sink.status;

/**
 * Something that waiting cannot mend, so the sink stops: a record that cannot be read or that ClickHouse rejects for
 * what it holds, records that the log no longer has, a group whose offsets were moved. The message names topic,
 * partition and offset and says what to do. Nothing was skipped: after the repair the sink goes on with the same
 * record.
 */
public final class SinkException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public SinkException(String message) {
        super(message);
    }

    public SinkException(String message, Throwable cause) {
        super(message, cause);
    }
}
