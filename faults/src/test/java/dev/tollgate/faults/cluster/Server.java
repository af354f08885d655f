package dev.tollgate.faults.cluster;

/** One server or role of the campaign, running or not. */
public interface Server {
    String name();

    /** Starts it; returns when the process is there, not when it is ready. */
    void start() throws InterruptedException;

    /** Ends it as a crash would. */
    void kill() throws InterruptedException;

    /** Ends it in order and waits until it has ended. */
    void stop() throws InterruptedException;

    /** Whether it has written the text to its log since its last start; false for a server without a log of its own. */
    default boolean hasLogged(String text) {
        return false;
    }

    /** Id of its process while it runs. */
    long pid();

    boolean isAlive();

    /**
     * Whether this is a role of Tollgate's, which must never end by itself, and not one of the servers that it uses.
     */
    boolean isRole();

    /** Deletes its local state; only while it does not run. Servers whose state is the truth have none that may go. */
    default void emptyState() {
        throw new UnsupportedOperationException(name() + " has no state that may be lost");
    }
}
