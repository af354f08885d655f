package dev.tollgate.notify.internal.body;

import java.util.Map;

/**
 * A request but for its signature.
 *
 * @param id the {@code webhook-id}: the same on each attempt
 * @param body the same bytes on each attempt; not to be changed
 * @param headers what the format puts beside the body
 */
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody, and copied nowhere: a body of 20 kB is sent as it is.
public record Message(String id, byte[] body, Map<String, String> headers) {
    public Message {
        headers = Map.copyOf(headers);
    }
}
