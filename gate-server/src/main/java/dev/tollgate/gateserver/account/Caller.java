package dev.tollgate.gateserver.account;

import org.jspecify.annotations.Nullable;

/** Who calls, as far as a request says. */
public sealed interface Caller {
    /**
     * Somebody.
     *
     * @param accountId who pays
     * @param projectId which project acts, or null
     * @param apiKeyId id of the API key, never the secret, or null
     */
    record Known(
            String accountId,
            @Nullable String projectId,
            @Nullable String apiKeyId) implements Caller {}

    /**
     * The request says nothing of it.
     *
     * @param header that would
     */
    record Unnamed(String header) implements Caller {}

    /**
     * The request shows something that is not valid, or not known.
     *
     * @param detail what, without the secret
     */
    record Unauthenticated(String detail) implements Caller {}
}
