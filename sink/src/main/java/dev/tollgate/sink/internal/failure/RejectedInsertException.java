package dev.tollgate.sink.internal.failure;

/** ClickHouse rejects an insert for what the rows hold: it would reject it again. */
public final class RejectedInsertException extends Exception {
    private static final long serialVersionUID = 1L;

    private final int row;

    /** @param row number of the row within the insert, from 1, or 0 where ClickHouse does not say */
    public RejectedInsertException(String message, int row, Throwable cause) {
        super(message, cause);
        this.row = row;
    }

    public int row() {
        return row;
    }
}
