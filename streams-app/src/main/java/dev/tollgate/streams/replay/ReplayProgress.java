package dev.tollgate.streams.replay;

/** Is told how far reading has come; called often, from the thread that reads. */
@FunctionalInterface
public interface ReplayProgress {
    /** Nobody wants to know. */
    ReplayProgress NONE = (step, done, total) -> {};

    /**
     * Some of a step is done.
     *
     * @param step for people, such as {@code reading the account's log}
     * @param done offsets that are behind the reader
     * @param total offsets that there are
     */
    void at(String step, long done, long total);
}
