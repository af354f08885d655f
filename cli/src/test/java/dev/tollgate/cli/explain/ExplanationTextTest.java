package dev.tollgate.cli.explain;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tollgate.schemas.AvroTypes;
import dev.tollgate.schemas.avro.AccountEvent;
import dev.tollgate.schemas.avro.AccountEventType;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.avro.Mode;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.Verdict;
import dev.tollgate.streams.explain.Explanation;
import dev.tollgate.streams.explain.ReplayOutcome;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ExplanationTextTest {
    private static final Instant MINUTE = Instant.parse("2026-11-30T06:40:00Z");

    static {
        AvroTypes.trust();
    }

    private static String text(Explanation explanation) {
        StringWriter text = new StringWriter();
        PrintWriter out = new PrintWriter(text);
        new ExplanationText(out).print(explanation);
        out.flush();
        return text.toString().replace(System.lineSeparator(), "\n");
    }

    private static LimitEvent block() {
        return LimitEvent.newBuilder()
                .setLimitEventId("limit-event-1")
                .setAccountId("acme")
                .setKind(LimitEventKind.HARD_LIMIT_REACHED)
                .setLimitId("complexity-per-minute")
                .setMeterId("complexity")
                .setMode(Mode.ENFORCE)
                .setScope(Scope.ACCOUNT)
                .setWindowStart(MINUTE)
                .setWindowEnd(MINUTE.plusSeconds(60))
                .setUsed(200L)
                .setAmount(200L)
                .setPlanId("mem")
                .setPlanVersion(1)
                .setCrossingEventId("call-5")
                .setCrossingTopic("tollgate.request-events")
                .setCrossingPartition(2)
                .setCrossingOffset(1_234L)
                .setEventTime(MINUTE.plusSeconds(11))
                .setDecidedAt(MINUTE.plusSeconds(12))
                .setVersion(9)
                .setBlockedUntil(MINUTE.plusSeconds(60))
                .build();
    }

    private static UsageJournalEntry call() {
        return UsageJournalEntry.newBuilder()
                .setAccountId("acme")
                .setEventId("call-5")
                .setVerdict(Verdict.COUNTED)
                .setOccurredAt(MINUTE.plusSeconds(11))
                .setAppendedAt(MINUTE.plusSeconds(12))
                .setEndpoint("/v2/mem-it")
                .setOutcome(Outcome.SUCCESS)
                .setProducer("test")
                .setAttributes(Map.of())
                .setPlanId("mem")
                .setPlanVersion(1)
                .setCosts(Map.of("complexity", 40L, "requests", 1L))
                .setSourceTopic("tollgate.request-events")
                .setSourcePartition(2)
                .setSourceOffset(1_234L)
                .build();
    }

    private static AccountEvent assignment(String reason) {
        return AccountEvent.newBuilder()
                .setCommandId("command-1")
                .setAccountId("acme")
                .setType(AccountEventType.PLAN_ASSIGNED)
                .setEffectiveAt(MINUTE)
                .setIssuedAt(MINUTE.minusSeconds(3_600))
                .setActor("ops")
                .setReason(reason)
                .setPlanId("mem")
                .build();
    }

    private static Explanation explanation(String reason, ReplayOutcome replay) {
        return new Explanation(
                Explanation.Origin.LOG,
                block(),
                null,
                new Explanation.LimitUsage(List.of(call()), 5, 200),
                call(),
                List.of(assignment(reason)),
                replay);
    }

    @Test
    void givenBlock_whenPrinted_thenItReadsAsAnAnswer() {
        ReplayOutcome same = new ReplayOutcome(ReplayOutcome.Result.SAME, List.of(), 17);

        assertThat(text(explanation("new customer", same))).isEqualTo("""
            HARD_LIMIT_REACHED of complexity-per-minute, account acme
              decided  2026-11-30T06:40:12Z, for 2026-11-30T06:40:11Z
              by       call call-5 (tollgate.request-events, partition 2, offset 1234), \
            /v2/mem-it at 2026-11-30T06:40:11Z
              limit    200 of meter complexity, window 2026-11-30T06:40:00Z to 2026-11-30T06:41:00Z, \
            enforce, plan mem, version 1
              used     160 before, 200 after
              blocked  until 2026-11-30T06:41:00Z

            Calls that used it, in the order of the log: the last 1 of 5, which cost 200 together
            occurred_at           event_id  verdict  endpoint    project_id  api_key_id  cost  source
            2026-11-30T06:40:11Z  call-5    COUNTED  /v2/mem-it                            40  2@1234
            (1 row)

            Commands about the account before it
            issued_at             type           what      actor  reason        command_id
            2026-11-30T05:40:00Z  PLAN_ASSIGNED  plan=mem  ops    new customer  command-1
            (1 row)

            Replayed from the beginning of the log, 17 records of the account: the same, to the last field.
            """);
    }

    @Test
    void givenReplayThatDiffers_whenPrinted_thenEachDifferenceIsALine() {
        ReplayOutcome other =
                new ReplayOutcome(ReplayOutcome.Result.DIFFERENT, List.of("used was 200, the replay says 160"), 17);

        assertThat(text(explanation("new customer", other))).endsWith("""
            Replayed 17 records of the account: the event comes out otherwise.
              used was 200, the replay says 160
            """);
    }

    @Test
    void givenHostileReason_whenPrinted_thenItsControlCharactersAreEscaped() {
        ReplayOutcome same = new ReplayOutcome(ReplayOutcome.Result.SAME, List.of(), 17);

        String text = text(explanation("\u001b[2Jgone\u202e", same));

        assertThat(text).doesNotContain("\u001b").doesNotContain("\u202e").contains("gone");
        assertThat(ExplanationJson.line(explanation("\u001b[2Jgone\u202e", same)))
                .doesNotContain("\u001b")
                .doesNotContain("\u202e");
    }

    @Test
    void givenBlock_whenPrintedAsJson_thenItHasTheNamesOfTheSchemas() throws Exception {
        ReplayOutcome same = new ReplayOutcome(ReplayOutcome.Result.SAME, List.of(), 17);

        JsonNode json = new ObjectMapper().readTree(ExplanationJson.line(explanation("new customer", same)));

        assertThat(json.at("/origin").asText()).isEqualTo("LOG");
        assertThat(json.at("/event/limit_event_id").asText()).isEqualTo("limit-event-1");
        assertThat(json.at("/event/window_start").asText()).isEqualTo("2026-11-30T06:40:00Z");
        assertThat(json.at("/used_before").asLong()).isEqualTo(160);
        assertThat(json.at("/used_after").asLong()).isEqualTo(200);
        assertThat(json.at("/crossing_call/costs/complexity").asLong()).isEqualTo(40);
        assertThat(json.at("/usage/calls/0/source_offset").asLong()).isEqualTo(1_234);
        assertThat(json.at("/usage/entries").asLong()).isEqualTo(5);
        assertThat(json.at("/changes/0/actor").asText()).isEqualTo("ops");
        assertThat(json.at("/limit").isNull()).isTrue();
        assertThat(json.at("/replay/same").asBoolean()).isTrue();
        assertThat(json.at("/replay/records").asLong()).isEqualTo(17);
    }
}
