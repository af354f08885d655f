package dev.tollgate.http.server;

/** Hears of each answer, before it is written. Called by many threads. */
@FunctionalInterface
public interface RequestListener {
    /** Hears nothing. */
    RequestListener NONE = (method, path, status, nanos) -> {};

    /**
     * A request has an answer.
     *
     * @param method as the client wrote it
     * @param path of the route; empty if there is none
     * @param status of the answer
     * @param nanos from the arrival of the head
     */
    void answered(String method, String path, int status, long nanos);
}
