package dev.tollgate.publisher;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.planmodel.input.Violation;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Phase;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.event.MaxEventAge;
import dev.tollgate.schemas.event.MaxEventAhead;
import dev.tollgate.schemas.event.RequestEventRules;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

class EventRejectionReasonTest {
    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");

    @Test
    void givenAnEventAtEveryBound_whenChecked_thenItPasses() {
        RequestEvent event = valid();
        event.setEventId("e".repeat(128));
        event.setAccountId("a".repeat(128));
        event.setProjectId("p".repeat(128));
        event.setApiKeyId("k".repeat(128));
        event.setEndpoint("/" + "e".repeat(511));
        event.setProducer("s".repeat(128));
        event.setUnits(0L);
        event.setInputTokens(Long.MAX_VALUE);
        event.setOccurredAt(NOW.minus(MaxEventAge.standard().duration()));
        Map<String, String> attributes = new HashMap<>();
        for (int i = 10; i < 26; i++) {
            attributes.put("n".repeat(62) + i, "v".repeat(256));
        }
        event.setAttributes(attributes);

        assertThat(check(event)).isEmpty();
    }

    @Test
    void givenOneStepBeyondABound_whenChecked_thenReasonFieldAndValueAreNamed() {
        assertRejected(e -> e.setAccountId(" "), EventRejectionReason.ACCOUNT_MISSING, "account_id");
        assertRejected(e -> e.setEndpoint(""), EventRejectionReason.ENDPOINT_MISSING, "endpoint");
        assertRejected(e -> e.setEventId("e".repeat(129)), EventRejectionReason.TEXT_TOO_LONG, "event_id");
        assertRejected(e -> e.setAccountId("a".repeat(129)), EventRejectionReason.TEXT_TOO_LONG, "was 129");
        assertRejected(e -> e.setProjectId("p".repeat(129)), EventRejectionReason.TEXT_TOO_LONG, "project_id");
        assertRejected(e -> e.setApiKeyId("k".repeat(129)), EventRejectionReason.TEXT_TOO_LONG, "api_key_id");
        assertRejected(e -> e.setEndpoint("e".repeat(513)), EventRejectionReason.TEXT_TOO_LONG, "at most 512");
        assertRejected(e -> e.setProducer("s".repeat(129)), EventRejectionReason.TEXT_TOO_LONG, "producer");
        assertRejected(e -> e.setUnits(-1L), EventRejectionReason.NUMBER_NEGATIVE, "units must be >= 0, was -1");
        assertRejected(e -> e.setInputTokens(-1L), EventRejectionReason.NUMBER_NEGATIVE, "input_tokens");
        assertRejected(e -> e.setOutputItems(-1L), EventRejectionReason.NUMBER_NEGATIVE, "output_items");
        assertRejected(e -> e.setDurationMs(-1L), EventRejectionReason.NUMBER_NEGATIVE, "duration_ms");
        assertRejected(e -> e.setOutcome(Outcome.UNKNOWN), EventRejectionReason.SYMBOL_UNKNOWN, "UNKNOWN");
        assertRejected(e -> e.setPhase(Phase.UNKNOWN), EventRejectionReason.SYMBOL_UNKNOWN, "UNKNOWN");
        assertRejected(e -> e.setProjectId("half \ud83d"), EventRejectionReason.MALFORMED, "half a surrogate pair");
        assertRejected(e -> e.setEventId(" "), EventRejectionReason.MALFORMED, "event_id");
        assertRejected(
                e -> e.setAccountId("\u200b"), EventRejectionReason.ACCOUNT_MISSING, "invisible characters only");
        assertRejected(e -> e.setAccountId("a\u001b[31m"), EventRejectionReason.CHARACTERS_NOT_ALLOWED, "has U+001B");
        assertRejected(e -> e.setEndpoint("/a\nGET /b"), EventRejectionReason.CHARACTERS_NOT_ALLOWED, "has U+000A");
        assertRejected(
                e -> e.setProjectId("  "), EventRejectionReason.CHARACTERS_NOT_ALLOWED, "project_id must be left out");
        assertRejected(
                e -> e.setOccurredAt(NOW.plusSeconds(60).plusMillis(1)),
                EventRejectionReason.TOO_FAR_AHEAD,
                "at most 60000 ms after 2026-11-28T12:00:00Z");
        assertRejected(e -> e.setAttributes(Map.of(" ", "v")), EventRejectionReason.MALFORMED, "name of an attribute");
        assertRejected(e -> e.setOccurredAt(Instant.MAX), EventRejectionReason.TIME_OUT_OF_RANGE, "occurred_at");
        assertRejected(e -> e.setOccurredAt(Instant.ofEpochMilli(-1)), EventRejectionReason.TIME_OUT_OF_RANGE, "1969");
        assertRejected(
                e -> e.setOccurredAt(
                        NOW.minus(MaxEventAge.standard().duration()).minusMillis(1)),
                EventRejectionReason.TOO_OLD,
                "at most 400 d before 2026-11-28T12:00:00Z");
        assertRejected(
                e -> e.setAttributes(Map.of("n".repeat(65), "v")),
                EventRejectionReason.TEXT_TOO_LONG,
                "the name of an attribute must be at most 64");
        assertRejected(
                e -> e.setAttributes(Map.of("n", "v".repeat(257))),
                EventRejectionReason.TEXT_TOO_LONG,
                "the value of an attribute must be at most 256");
        Map<String, String> tooMany = new HashMap<>();
        for (int i = 0; i < 17; i++) {
            tooMany.put("n" + i, "v");
        }
        assertRejected(e -> e.setAttributes(tooMany), EventRejectionReason.TOO_MANY_ATTRIBUTES, "has 17");
    }

    private static void assertRejected(Consumer<RequestEvent> change, EventRejectionReason reason, String inDetail) {
        RequestEvent event = valid();
        change.accept(event);
        List<Violation> violations = check(event);
        assertThat(violations).singleElement().satisfies(violation -> {
            assertThat(EventRejectionReason.of(violation)).isEqualTo(reason);
            assertThat(violation.sentence()).contains(inDetail);
        });
    }

    private static List<Violation> check(RequestEvent event) {
        return RequestEventRules.checkBeforeFilling(
                event, MaxEventAge.standard(), MaxEventAhead.standard(), NOW.toEpochMilli());
    }

    private static RequestEvent valid() {
        return UsageCall.of("acme", "/v2/mem-it").event();
    }
}
