package dev.tollgate.http.server;

/** Whether a server can do its work now. Asked by many threads. */
@FunctionalInterface
public interface Readiness {
    /** How it stands. */
    State state();

    /**
     * How it stands.
     *
     * @param ready whether load balancers may send requests here
     * @param status a word for programs: {@code ready}, {@code kafka-unavailable}
     * @param detail a sentence for people; empty where the word says all
     */
    record State(boolean ready, String status, String detail) {
        /** All is well. */
        public static final State READY = new State(true, "ready", "");

        /** Something is missing. */
        public static State notReady(String status, String detail) {
            return new State(false, status, detail);
        }
    }
}
