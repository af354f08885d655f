package dev.tollgate.notify.internal.http;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.WebhookSigningException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.StringJoiner;

/**
 * Signs as the Standard Webhooks specification 1.0.0 has it: HMAC-SHA256 over {@code id.timestamp.body}, as
 * {@code v1,BASE64}; one signature for each secret with spaces between, so that a receiver that knows the old or the
 * new one can check. Thread-safe.
 */
public final class Signer {
    private final List<WebhookSecret> secrets;

    /** @param secrets at least one */
    public Signer(List<WebhookSecret> secrets) {
        if (secrets.isEmpty()) {
            throw new IllegalArgumentException("at least one secret is needed");
        }
        this.secrets = List.copyOf(secrets);
    }

    /** The {@code webhook-signature} of an attempt at this time; the body is UTF-8. */
    String sign(String id, long epochSecond, byte[] body) {
        String payload = new String(body, StandardCharsets.UTF_8);
        StringJoiner signatures = new StringJoiner(" ");
        for (WebhookSecret secret : secrets) {
            signatures.add(sign(secret.webhook(), id, epochSecond, payload));
        }
        return signatures.toString();
    }

    private static String sign(Webhook webhook, String id, long epochSecond, String payload) {
        try {
            return webhook.sign(id, epochSecond, payload);
        } catch (WebhookSigningException e) {
            throw new IllegalStateException("cannot sign: " + e.getMessage(), e);
        }
    }
}
