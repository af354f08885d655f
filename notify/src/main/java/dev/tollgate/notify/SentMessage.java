package dev.tollgate.notify;

import org.jspecify.annotations.Nullable;

/**
 * A message that a person had sent.
 *
 * @param endpoint where it went
 * @param id its {@code webhook-id}
 * @param status HTTP status of the answer; null where none came
 * @param failure class of the failure, in kebab-case; null if the receiver answered 2xx
 * @param detail the failure in words; null for none
 * @param durationMillis from the request to the end of the answer
 */
public record SentMessage(
        String endpoint,
        String id,
        @Nullable Integer status,
        @Nullable String failure,
        @Nullable String detail,
        long durationMillis) {

    /** Whether the receiver answered 2xx. */
    public boolean isDelivered() {
        return failure == null;
    }
}
