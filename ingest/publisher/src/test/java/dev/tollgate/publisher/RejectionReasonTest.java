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

class RejectionReasonTest {
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
        assertRejected(e -> e.setAccountId(" "), RejectionReason.ACCOUNT_MISSING, "account_id");
        assertRejected(e -> e.setEndpoint(""), RejectionReason.ENDPOINT_MISSING, "endpoint");
        assertRejected(e -> e.setEventId("e".repeat(129)), RejectionReason.TEXT_TOO_LONG, "event_id");
        assertRejected(e -> e.setAccountId("a".repeat(129)), RejectionReason.TEXT_TOO_LONG, "was 129");
        assertRejected(e -> e.setProjectId("p".repeat(129)), RejectionReason.TEXT_TOO_LONG, "project_id");
        assertRejected(e -> e.setApiKeyId("k".repeat(129)), RejectionReason.TEXT_TOO_LONG, "api_key_id");
        assertRejected(e -> e.setEndpoint("e".repeat(513)), RejectionReason.TEXT_TOO_LONG, "at most 512");
        assertRejected(e -> e.setProducer("s".repeat(129)), RejectionReason.TEXT_TOO_LONG, "producer");
        assertRejected(e -> e.setUnits(-1L), RejectionReason.NUMBER_NEGATIVE, "units must be >= 0, was -1");
        assertRejected(e -> e.setInputTokens(-1L), RejectionReason.NUMBER_NEGATIVE, "input_tokens");
        assertRejected(e -> e.setOutputItems(-1L), RejectionReason.NUMBER_NEGATIVE, "output_items");
        assertRejected(e -> e.setDurationMs(-1L), RejectionReason.NUMBER_NEGATIVE, "duration_ms");
        assertRejected(e -> e.setOutcome(Outcome.UNKNOWN), RejectionReason.SYMBOL_UNKNOWN, "UNKNOWN");
        assertRejected(e -> e.setPhase(Phase.UNKNOWN), RejectionReason.SYMBOL_UNKNOWN, "UNKNOWN");
        assertRejected(e -> e.setProjectId("half \ud83d"), RejectionReason.MALFORMED, "half a surrogate pair");
        assertRejected(e -> e.setEventId(" "), RejectionReason.MALFORMED, "event_id");
        assertRejected(e -> e.setAccountId("\u200b"), RejectionReason.ACCOUNT_MISSING, "invisible characters only");
        assertRejected(e -> e.setAccountId("a\u001b[31m"), RejectionReason.CHARACTERS_NOT_ALLOWED, "has U+001B");
        assertRejected(e -> e.setEndpoint("/a\nGET /b"), RejectionReason.CHARACTERS_NOT_ALLOWED, "has U+000A");
        assertRejected(
                e -> e.setProjectId("  "), RejectionReason.CHARACTERS_NOT_ALLOWED, "project_id must be left out");
        assertRejected(
                e -> e.setOccurredAt(NOW.plusSeconds(60).plusMillis(1)),
                RejectionReason.TOO_FAR_AHEAD,
                "at most 60000 ms after 2026-11-28T12:00:00Z");
        assertRejected(e -> e.setAttributes(Map.of(" ", "v")), RejectionReason.MALFORMED, "name of an attribute");
        assertRejected(e -> e.setOccurredAt(Instant.MAX), RejectionReason.TIME_OUT_OF_RANGE, "occurred_at");
        assertRejected(e -> e.setOccurredAt(Instant.ofEpochMilli(-1)), RejectionReason.TIME_OUT_OF_RANGE, "1969");
        assertRejected(
                e -> e.setOccurredAt(
                        NOW.minus(MaxEventAge.standard().duration()).minusMillis(1)),
                RejectionReason.TOO_OLD,
                "at most 400 d before 2026-11-28T12:00:00Z");
        assertRejected(
                e -> e.setAttributes(Map.of("n".repeat(65), "v")),
                RejectionReason.TEXT_TOO_LONG,
                "the name of an attribute must be at most 64");
        assertRejected(
                e -> e.setAttributes(Map.of("n", "v".repeat(257))),
                RejectionReason.TEXT_TOO_LONG,
                "the value of an attribute must be at most 256");
        Map<String, String> tooMany = new HashMap<>();
        for (int i = 0; i < 17; i++) {
            tooMany.put("n" + i, "v");
        }
        assertRejected(e -> e.setAttributes(tooMany), RejectionReason.TOO_MANY_ATTRIBUTES, "has 17");
    }

    private static void assertRejected(Consumer<RequestEvent> change, RejectionReason reason, String inDetail) {
        RequestEvent event = valid();
        change.accept(event);
        List<Violation> violations = check(event);
        assertThat(violations).singleElement().satisfies(violation -> {
            assertThat(RejectionReason.of(violation)).isEqualTo(reason);
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
