package dev.tollgate.gate.http;

import dev.tollgate.schemas.avro.Outcome;

/** What a response status says about how a request ended. The same as the publisher's filters say. */
public final class Outcomes {
    private Outcomes() {}

    /**
     * 401 and 403 are {@code AUTH_FAILED}, 429 is {@code LIMITED}, other 4xx are {@code INVALID}, 5xx are
     * {@code SERVER_ERROR}, everything else is {@code SUCCESS}.
     */
    public static Outcome ofStatus(int status) {
        if (status == 401 || status == 403) {
            return Outcome.AUTH_FAILED;
        }
        if (status == 429) {
            return Outcome.LIMITED;
        }
        if (status >= 500) {
            return Outcome.SERVER_ERROR;
        }
        return status >= 400 ? Outcome.INVALID : Outcome.SUCCESS;
    }
}
