package dev.tollgate.http;

import java.io.IOException;

/** Answers requests; runs on a virtual thread per request and may block. */
@FunctionalInterface
public interface Endpoint {
    /**
     * The answer to a request. Runtime exceptions are logged and answered with 500.
     *
     * @throws IOException if the client went away before its body was read
     */
    Answer answer(Exchange exchange) throws IOException;
}
