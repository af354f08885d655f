package dev.tollgate.notify.internal.http;

import com.standardwebhooks.Webhook;
import com.standardwebhooks.exceptions.EmptyWebhookSecretException;
import dev.tollgate.schemas.config.Secrets;
import java.util.Base64;

/**
 * A key to sign with, written {@code whsec_} and the Base64 of 24 to 64 bytes (Standard Webhooks 1.0.0). Never shown.
 */
public final class WebhookSecret {
    private static final String PREFIX = "whsec_";
    private static final int MIN_BYTES = 24;
    private static final int MAX_BYTES = 64;

    private final Webhook webhook;

    private WebhookSecret(Webhook webhook) {
        this.webhook = webhook;
    }

    /** @throws IllegalArgumentException if it is none; the message does not show it */
    public static WebhookSecret parse(String text) {
        if (!text.startsWith(PREFIX)) {
            throw new IllegalArgumentException("a secret must begin with " + PREFIX);
        }
        byte[] key;
        try {
            key = Base64.getDecoder().decode(text.substring(PREFIX.length()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("a secret must be Base64 behind " + PREFIX, e);
        }
        if (key.length < MIN_BYTES || key.length > MAX_BYTES) {
            throw new IllegalArgumentException("a secret must hold " + MIN_BYTES + " to " + MAX_BYTES + " bytes behind "
                    + PREFIX + ", held " + key.length);
        }
        try {
            return new WebhookSecret(new Webhook(key));
        } catch (EmptyWebhookSecretException e) {
            throw new IllegalStateException("a key of " + key.length + " bytes is not empty", e);
        }
    }

    Webhook webhook() {
        return webhook;
    }

    @Override
    public String toString() {
        return Secrets.MASK;
    }
}
