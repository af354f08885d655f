package dev.tollgate.gateserver.account;

import dev.tollgate.gateserver.request.CheckProblems;
import dev.tollgate.gateserver.request.CheckRequest;

/** Says who calls. Thread-safe; does no I/O. */
public interface CallerSource extends AutoCloseable {
    /** The caller. If a header is wrong, that is noted, and what is returned says nothing. */
    Caller callerOf(CheckRequest request, CheckProblems problems);

    /** Whether an unnamed caller lacks proof of who he is, rather than the proxy its configuration. */
    boolean isCredential();

    /** How many API keys are known; 0 where accounts are not found by them. */
    default int keys() {
        return 0;
    }

    /** How many times a change of what it goes by could not be used. */
    default long failures() {
        return 0;
    }

    @Override
    default void close() {}
}
