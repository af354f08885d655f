package dev.tollgate.notify.internal.loop;

import java.nio.charset.StandardCharsets;

/**
 * Keys of the topic {@code notify-progress}. Names of endpoints hold no NUL, so no two things have the same key.
 *
 * @param endpoint name of the endpoint
 * @param account the account; empty for what is about the endpoint as a whole
 */
public record ProgressKey(String endpoint, String account) {
    private static final char SEPARATOR = '\0';

    /** The key of what is about the endpoint as a whole. */
    public static ProgressKey ofEndpoint(String endpoint) {
        return new ProgressKey(endpoint, "");
    }

    static ProgressKey parse(byte[] key) {
        String text = new String(key, StandardCharsets.UTF_8);
        int end = text.indexOf(SEPARATOR);
        return end < 0 ? ofEndpoint(text) : new ProgressKey(text.substring(0, end), text.substring(end + 1));
    }

    /** As it stands in the topic. */
    public byte[] bytes() {
        return (account.isEmpty() ? endpoint : endpoint + SEPARATOR + account).getBytes(StandardCharsets.UTF_8);
    }
}
