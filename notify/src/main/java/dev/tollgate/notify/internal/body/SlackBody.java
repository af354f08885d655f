package dev.tollgate.notify.internal.body;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tollgate.schemas.avro.LimitEvent;
import java.io.IOException;

/**
 * Bodies for Slack's incoming webhooks: a {@code text} in which {@code &}, {@code <} and {@code >} are escaped (Slack,
 * "Formatting text for app surfaces"), so that no id or reason becomes a mention or a link.
 */
final class SlackBody {
    private SlackBody() {}

    static void write(JsonGenerator json, LimitEvent event, boolean withReason) throws IOException {
        write(json, EventSentence.of(event, withReason));
    }

    static void writeTest(JsonGenerator json, String endpoint) throws IOException {
        write(json, "Test of the endpoint " + endpoint + " of Tollgate.");
    }

    private static void write(JsonGenerator json, String text) throws IOException {
        json.writeStartObject();
        json.writeStringField(
                "text", text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"));
        json.writeBooleanField("mrkdwn", false);
        json.writeEndObject();
    }
}
