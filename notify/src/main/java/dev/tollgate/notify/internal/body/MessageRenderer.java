package dev.tollgate.notify.internal.body;

import dev.tollgate.schemas.avro.LimitEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Writes limit events for an endpoint. Nothing but the event goes in, so that each attempt, also after a restart, has
 * the same bytes. Thread-safe.
 */
public final class MessageRenderer {
    /** Receivers may reject bodies that are larger (Standard Webhooks 1.0.0, "Payload size"). */
    static final int MAX_BODY_BYTES = 20_000;

    /** The one field that is as long as whoever wrote it liked; what happened is clear without it. */
    private static final String FREE_TEXT = "reason";

    private static final String SEQUENCE = "tollgate-account-sequence";

    private final MessageFormat format;
    private final String source;
    private final PagerDutyBody pagerDuty;

    /**
     * @param format how it is written
     * @param source the {@code source} of CloudEvents and of PagerDuty's alerts
     * @param routingKey of PagerDuty's integration; empty for the other formats
     */
    public MessageRenderer(MessageFormat format, String source, String routingKey) {
        this.format = format;
        this.source = source;
        this.pagerDuty = new PagerDutyBody(routingKey, source);
    }

    /** The message of an event. */
    public Message render(LimitEvent event) {
        byte[] body = body(event, null);
        if (body.length > MAX_BODY_BYTES) {
            body = body(event, FREE_TEXT);
        }
        String type = EventType.of(event.getKind());
        Map<String, String> headers =
                headers(event.getLimitEventId(), type, event.getAccountId(), event.getDecidedAt());
        headers.put(SEQUENCE, Long.toString(event.getVersion()));
        if (format == MessageFormat.CLOUDEVENTS) {
            headers.put("ce-sequence", Long.toString(event.getVersion()));
        }
        return new Message(event.getLimitEventId(), body, headers);
    }

    /** A message that says nothing, to try an endpoint with. */
    public Message test(String id, String endpoint, Instant at) {
        byte[] body = EventJson.bytes(json -> {
            switch (format) {
                case WEBHOOK -> {
                    json.writeStartObject();
                    json.writeStringField("type", EventType.TEST);
                    json.writeStringField("timestamp", at.toString());
                    json.writeObjectFieldStart("data");
                    json.writeStringField("endpoint", endpoint);
                    json.writeEndObject();
                    json.writeEndObject();
                }
                case CLOUDEVENTS -> {
                    json.writeStartObject();
                    json.writeStringField("endpoint", endpoint);
                    json.writeEndObject();
                }
                case SLACK -> SlackBody.writeTest(json, endpoint);
                case PAGERDUTY -> pagerDuty.writeTest(json, id, endpoint, at);
            }
        });
        return new Message(id, body, headers(id, EventType.TEST, endpoint, at));
    }

    private byte[] body(LimitEvent event, @Nullable String omitted) {
        return switch (format) {
            case SLACK -> EventJson.bytes(json -> SlackBody.write(json, event, omitted == null));
            case PAGERDUTY -> EventJson.bytes(json -> pagerDuty.write(json, event, omitted));
            case CLOUDEVENTS -> EventJson.bytes(json -> EventJson.write(json, event, omitted));
            case WEBHOOK ->
                EventJson.bytes(json -> {
                    json.writeStartObject();
                    json.writeStringField("type", EventType.of(event.getKind()));
                    json.writeStringField("timestamp", event.getDecidedAt().toString());
                    json.writeFieldName("data");
                    EventJson.write(json, event, omitted);
                    json.writeEndObject();
                });
        };
    }

    private Map<String, String> headers(String id, String type, String subject, Instant at) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("content-type", "application/json");
        if (format == MessageFormat.CLOUDEVENTS) {
            headers.put("ce-specversion", "1.0");
            headers.put("ce-id", encoded(id));
            headers.put("ce-source", encoded(source));
            headers.put("ce-type", type);
            headers.put("ce-subject", encoded(subject));
            headers.put("ce-time", at.toString());
        }
        return headers;
    }

    /** Percent-encoding of header values as the HTTP binding of CloudEvents 1.0.2 has it, section 3.1.3.2. */
    private static String encoded(String value) {
        StringBuilder encoded = new StringBuilder();
        for (byte unit : value.getBytes(StandardCharsets.UTF_8)) {
            if (unit > ' ' && unit < 0x7f && unit != '"' && unit != '%') {
                encoded.append((char) unit);
            } else {
                encoded.append('%').append("%02X".formatted(unit & 0xff));
            }
        }
        return encoded.toString();
    }
}
