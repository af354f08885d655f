package dev.tollgate.notify.internal.body;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitEventKind;
import java.io.IOException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Bodies for the Events API v2 of PagerDuty: alerts, blocks and suspensions trigger an alert, their ends resolve it by
 * the same {@code dedup_key} (PagerDuty, "Send an alert event").
 */
public final class PagerDutyBody {
    /** What begins or ends something; of the rest there is nothing to resolve. */
    public static final Set<LimitEventKind> KINDS = Set.copyOf(EnumSet.of(
            LimitEventKind.SOFT_LIMIT_REACHED,
            LimitEventKind.HARD_LIMIT_REACHED,
            LimitEventKind.ADVISORY_LIMIT_REACHED,
            LimitEventKind.LIMIT_CLEARED,
            LimitEventKind.SUSPENDED,
            LimitEventKind.REINSTATED));

    /** Longer ones are rejected. */
    private static final int MAX_SUMMARY_CHARACTERS = 1_024;

    private final String routingKey;
    private final String source;

    /**
     * @param routingKey of the integration
     * @param source what the alerts come from
     */
    PagerDutyBody(String routingKey, String source) {
        this.routingKey = routingKey;
        this.source = source;
    }

    void write(JsonGenerator json, LimitEvent event, @Nullable String omitted) throws IOException {
        boolean resolves =
                event.getKind() == LimitEventKind.LIMIT_CLEARED || event.getKind() == LimitEventKind.REINSTATED;
        begin(json, resolves ? "resolve" : "trigger", dedupKey(event));
        if (!resolves) {
            json.writeObjectFieldStart("payload");
            write(json, EventSentence.of(event, false), severity(event.getKind()), event.getDecidedAt());
            json.writeStringField("component", event.getAccountId());
            json.writeStringField("group", event.getPlanId());
            json.writeStringField("class", EventType.of(event.getKind()));
            json.writeFieldName("custom_details");
            EventJson.write(json, event, omitted);
            json.writeEndObject();
        }
        json.writeEndObject();
    }

    /** Opens an alert of severity info, which somebody has to close by hand. */
    void writeTest(JsonGenerator json, String id, String endpoint, Instant at) throws IOException {
        begin(json, "trigger", id);
        json.writeObjectFieldStart("payload");
        write(json, "Test of the endpoint " + endpoint + " of Tollgate", "info", at);
        json.writeEndObject();
        json.writeEndObject();
    }

    private void begin(JsonGenerator json, String action, String dedupKey) throws IOException {
        json.writeStartObject();
        json.writeStringField("routing_key", routingKey);
        json.writeStringField("event_action", action);
        json.writeStringField("dedup_key", dedupKey);
    }

    private void write(JsonGenerator json, String summary, String severity, Instant at) throws IOException {
        json.writeStringField("summary", summary.substring(0, Math.min(summary.length(), MAX_SUMMARY_CHARACTERS)));
        json.writeStringField("source", source);
        json.writeStringField("severity", severity);
        json.writeStringField("timestamp", at.toString());
    }

    /** An account is suspended once at a time, so that its id tells which suspension ends. */
    private static String dedupKey(LimitEvent event) {
        return switch (event.getKind()) {
            case LIMIT_CLEARED -> Objects.requireNonNullElse(event.getClearedEventId(), event.getLimitEventId());
            case SUSPENDED, REINSTATED -> "suspension of " + event.getAccountId();
            default -> event.getLimitEventId();
        };
    }

    private static String severity(LimitEventKind kind) {
        return switch (kind) {
            case HARD_LIMIT_REACHED -> "error";
            case SOFT_LIMIT_REACHED, SUSPENDED -> "warning";
            default -> "info";
        };
    }
}
