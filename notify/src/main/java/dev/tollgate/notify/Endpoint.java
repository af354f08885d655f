package dev.tollgate.notify;

import dev.tollgate.notify.internal.body.MessageFormat;
import dev.tollgate.notify.internal.body.MessageRenderer;
import dev.tollgate.notify.internal.http.Signer;
import dev.tollgate.notify.internal.http.WebhookSecret;
import dev.tollgate.schemas.config.Secrets;
import dev.tollgate.schemas.metrics.TagDeclaration;
import dev.tollgate.schemas.text.Sha256;
import java.net.URI;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where messages go.
 *
 * @param name lower-case letters, digits and '-'
 * @param kind what it is; the secrets, the format and what follows it are of webhooks alone
 * @param url http or https, without a user
 * @param secrets signed with each of them; at least one for a webhook whose format is signed, else none
 * @param filter which events
 * @param format how they are written
 * @param routingKey of PagerDuty's integration; empty for the other formats
 * @param dropSuperseded whether an alert or block that has ended is left out
 * @param fromBeginning whether a new endpoint gets what the log has, and not only what comes
 */
record Endpoint(
        String name,
        EndpointKind kind,
        URI url,
        List<WebhookSecret> secrets,
        EventFilter filter,
        MessageFormat format,
        String routingKey,
        boolean dropSuperseded,
        boolean fromBeginning) {
    private static final String ALERTS_PATH = "/api/v2/alerts";

    Endpoint {
        secrets = List.copyOf(secrets);
    }

    /** Consumer group that reads for it. */
    String group() {
        return "tollgate-notify-" + name;
    }

    /** What is stored of a URL that answered that it is gone. */
    String urlHash() {
        return HexFormat.of().formatHex(Sha256.of(url.toString()));
    }

    /** Where an Alertmanager takes alerts. */
    URI alertsUrl() {
        String text = url.toString();
        return text.endsWith(ALERTS_PATH)
                ? url
                : URI.create((text.endsWith("/") ? text.substring(0, text.length() - 1) : text) + ALERTS_PATH);
    }

    /** What writes its messages. */
    MessageRenderer renderer(String source) {
        return new MessageRenderer(format, source, routingKey);
    }

    /** What signs them; null if nothing does. */
    @Nullable
    Signer signer() {
        return format.isSigned() ? new Signer(secrets) : null;
    }

    /** Without the secrets. */
    @Override
    public String toString() {
        return "Endpoint[" + name + ", " + shownFormat() + ", " + shownUrl() + "]";
    }

    /** How its messages are written, for people. */
    String shownFormat() {
        return TagDeclaration.value(kind == EndpointKind.ALERTMANAGER ? kind : format);
    }

    /** As it may be shown. */
    String shownUrl() {
        return Secrets.maskedWithin(url.toString());
    }
}
