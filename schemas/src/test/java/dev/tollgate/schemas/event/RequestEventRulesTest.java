package dev.tollgate.schemas.event;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.planmodel.input.InputRule;
import dev.tollgate.planmodel.input.Violation;
import dev.tollgate.schemas.AvroTypes;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Phase;
import dev.tollgate.schemas.avro.RequestEvent;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RequestEventRulesTest {
    private static final long NOW = Instant.parse("2026-11-28T12:00:00Z").toEpochMilli();

    @BeforeAll
    static void trustTypes() {
        AvroTypes.trust();
    }

    @Test
    void givenEventAtEveryUpperBound_whenChecked_thenNothingIsFound() {
        RequestEvent event = RequestEvent.newBuilder()
                .setEventId("e".repeat(128))
                .setAccountId("a".repeat(128))
                .setProjectId("p".repeat(128))
                .setApiKeyId("k".repeat(128))
                .setEndpoint("/" + "e".repeat(511))
                .setOccurredAt(RequestEventRules.LATEST)
                .setUnits(0L)
                .setProducer("s".repeat(128))
                .setAttributes(Map.of("n".repeat(64), "v".repeat(256), "pair", "\ud83d\ude00"))
                .build();

        assertThat(RequestEventRules.check(event)).isEmpty();
    }

    @Test
    void givenEventThatBreaksEveryRule_whenChecked_thenEachIsNamedInTheOrderOfTheFields() {
        RequestEvent event = RequestEvent.newBuilder()
                .setEventId(" ")
                .setAccountId("a".repeat(129))
                .setProjectId("p".repeat(129))
                .setApiKeyId("half \ud83d")
                .setEndpoint("")
                .setOccurredAt(Instant.parse("1969-12-31T23:59:59.999Z"))
                .setPhase(Phase.UNKNOWN)
                .setOutcome(Outcome.UNKNOWN)
                .setUnits(-1L)
                .setInputTokens(-2L)
                .setOutputItems(-3L)
                .setDurationMs(-4L)
                .setProducer("s".repeat(129))
                .setAttributes(Map.of("name", "v".repeat(257)))
                .build();

        assertThat(RequestEventRules.check(event))
                .extracting(Violation::field)
                .containsExactly(
                        "event_id",
                        "account_id",
                        "project_id",
                        "api_key_id",
                        "endpoint",
                        "occurred_at",
                        "phase",
                        "outcome",
                        "units",
                        "input_tokens",
                        "output_items",
                        "duration_ms",
                        "producer",
                        "attributes");
        assertThat(RequestEventRules.check(event))
                .contains(
                        new Violation("account_id", InputRule.LENGTH, "must be at most 128 characters, was 129"),
                        new Violation(
                                "api_key_id", InputRule.UNICODE, "must be Unicode text, has half a surrogate pair"),
                        new Violation("units", InputRule.SIGN, "must be >= 0, was -1"));
    }

    @Test
    void givenEventNothingWasSetOn_whenChecked_thenTheRequiredFieldsAreMissing() {
        assertThat(RequestEventRules.check(new RequestEvent()))
                .extracting(Violation::field)
                .contains("event_id", "account_id", "endpoint", "occurred_at", "phase", "outcome", "attributes");
    }

    @Test
    void givenEventThatIsStillToBeFilled_whenChecked_thenOnlyWhatNobodyFillsIsMissing() {
        RequestEvent event = new RequestEvent();
        event.setEventId("");

        assertThat(RequestEventRules.checkBeforeFilling(event, MaxEventAge.standard(), MaxEventAhead.standard(), NOW))
                .extracting(Violation::sentence)
                .containsExactly(
                        "account_id must be 1 to 128 characters, was missing",
                        "endpoint must be 1 to 512 characters, was missing");
        event.setEventId(" ");
        event.setPhase(Phase.UNKNOWN);
        assertThat(RequestEventRules.checkBeforeFilling(event, MaxEventAge.standard(), MaxEventAhead.standard(), NOW))
                .extracting(Violation::field)
                .containsExactly("event_id", "account_id", "endpoint", "phase");
    }
}
