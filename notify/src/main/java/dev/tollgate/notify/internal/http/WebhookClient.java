package dev.tollgate.notify.internal.http;

import dev.tollgate.notify.internal.body.Message;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Posts messages to one endpoint, as {@link PostClient} posts. Thread-safe. */
public final class WebhookClient implements AutoCloseable {
    private final PostClient client;
    private final @Nullable Signer signer;

    /**
     * Starts its threads.
     *
     * @param signer null for a receiver that checks no signature
     * @param parallel requests at the same time at most
     */
    public WebhookClient(URI url, @Nullable Signer signer, AddressPolicy policy, Duration timeout, int parallel) {
        this.client = new PostClient(url, policy, timeout, parallel);
        this.signer = signer;
    }

    /** Sends once; the answer comes on another thread, once, within the time-out and a little. */
    public void send(Message message, Instant now, Consumer<Answer> done) {
        long epochSecond = now.getEpochSecond();
        Map<String, String> headers = new HashMap<>(message.headers());
        headers.put("webhook-id", message.id());
        headers.put("webhook-timestamp", Long.toString(epochSecond));
        if (signer != null) {
            headers.put("webhook-signature", signer.sign(message.id(), epochSecond, message.body()));
        }
        client.post(headers, message.body(), now, done);
    }

    /** Ends what is under way with a failure. */
    @Override
    public void close() {
        client.close();
    }
}
