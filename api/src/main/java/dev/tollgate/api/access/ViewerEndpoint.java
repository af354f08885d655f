package dev.tollgate.api.access;

import dev.tollgate.http.Answer;
import dev.tollgate.http.Exchange;
import java.io.IOException;

/** Answers requests of those who may read. */
@FunctionalInterface
public interface ViewerEndpoint {
    /**
     * The answer to a request.
     *
     * @throws IOException if the client went away
     */
    Answer answer(Exchange exchange, Viewer viewer) throws IOException;
}
