package dev.tollgate.sink.internal.clickhouse;

/** Hears how inserts go. Called on the thread that inserts; must not throw. */
public interface InsertListener {
    /** Nobody listens. */
    InsertListener NONE = new InsertListener() {
        @Override
        public void inserted(TableInsert insert, long nanos) {}

        @Override
        public void stored(TableInsert insert) {}

        @Override
        public void unclear() {}

        @Override
        public void readBack() {}

        @Override
        public void fenced() {}
    };

    /** An insert succeeded, after so long; its rows stand. */
    void inserted(TableInsert insert, long nanos);

    /** The rows of an insert were found to stand, whoever made it. */
    void stored(TableInsert insert);

    /** It is not known whether an insert was stored. */
    void unclear();

    /** ClickHouse was asked which rows stand. */
    void readBack();

    /** A token was taken without rows, so that the next is used. */
    void fenced();
}
