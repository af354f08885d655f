package dev.tollgate.cli.edges;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.engine.AccountState;
import dev.tollgate.engine.AccountingEngine;
import dev.tollgate.engine.EngineSettings;
import dev.tollgate.engine.index.InMemoryEventIndex;
import dev.tollgate.engine.input.Position;
import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.engine.output.Outputs;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.engine.output.UsageTotal;
import dev.tollgate.gateway.event.BodyReader;
import dev.tollgate.gateway.event.EventRules;
import dev.tollgate.gateway.event.ReadEvent;
import dev.tollgate.planmodel.Plans;
import dev.tollgate.planmodel.input.Violation;
import dev.tollgate.schemas.AvroTypes;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Phase;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.event.MaxEventAge;
import dev.tollgate.schemas.event.MaxEventAhead;
import dev.tollgate.schemas.event.RequestEventRules;
import dev.tollgate.streams.translate.InputTranslator;
import dev.tollgate.streams.translate.RejectedRecordException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Every way in accepts an event exactly if the accounting does not reject it for its form: what one of them accepted
 * would otherwise be a dead letter, and what it rejected could have been counted. {@code -Dtollgate.seed=N} runs the
 * same events.
 */
class OneSetOfRulesTest {
    private static final int EVENTS = 20_000;
    private static final Instant NOW = Instant.parse("2026-11-28T12:00:00Z");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Of which ids and endpoints are made; each is sent in UTF-8, so half a surrogate pair is not among them. */
    private static final List<String> PIECES = List.of(
            "",
            "",
            "a",
            "acme",
            "/v2/mem-it",
            " ",
            "\u00a0",
            "\u200b",
            "\ufeff",
            "\u2028",
            "\u202e",
            "\u0000",
            "\u001b[31m",
            "\n",
            "\t",
            "\u007f",
            "\u0085",
            "é",
            "\ud83d\ude00",
            "?x=1",
            "#f",
            "//",
            "https://h",
            "x".repeat(126),
            "x".repeat(128),
            "e".repeat(500));

    private static final List<Long> COUNTS = List.of(Long.MIN_VALUE, -1L, 0L, 1L, Long.MAX_VALUE);
    private static final List<Long> TIMES = List.of(
            -1L,
            0L,
            NOW.toEpochMilli(),
            NOW.plusSeconds(60).toEpochMilli(),
            NOW.plusSeconds(60).toEpochMilli() + 1,
            NOW.minusSeconds(400L * 86_400).toEpochMilli(),
            NOW.minusSeconds(400L * 86_400).toEpochMilli() - 1,
            253_402_300_799_999L,
            253_402_300_800_000L);

    private final BodyReader reader = new BodyReader(EventRules.strict(), 10, InstantSource.fixed(NOW));
    private final AccountingEngine engine = new AccountingEngine(EngineSettings.defaults());

    @BeforeAll
    static void trustTypes() {
        AvroTypes.trust();
    }

    @Test
    void givenRandomEvents_whenOfferedAtEveryWayIn_thenEachAcceptsWhatTheAccountingAccepts() throws Exception {
        long seed = Long.getLong("tollgate.seed", 11L);
        SplittableRandom random = new SplittableRandom(seed);
        int accepted = 0;
        for (int i = 0; i < EVENTS; i++) {
            RequestEvent event = event(random);
            String context = "seed " + seed + ", event " + event;
            String rejection = rejection(event);

            List<Violation> publisher = RequestEventRules.checkBeforeFilling(
                    event, MaxEventAge.standard(), MaxEventAhead.standard(), NOW.toEpochMilli());
            assertThat(publisher.isEmpty())
                    .as("publisher: %s; accounting: %s, %s", publisher, rejection, context)
                    .isEqualTo(rejection == null);
            assertAlike("plain", plain(event), rejection, context);
            assertAlike("structured", structured(event), rejection, context);
            assertAlike("binary", binary(event), rejection, context);
            accepted += rejection == null ? 1 : 0;
        }
        assertThat(accepted).isBetween(EVENTS / 20, EVENTS / 2);
    }

    private static void assertAlike(String edge, ReadEvent read, @Nullable String rejection, String context) {
        assertThat(read instanceof ReadEvent.Valid)
                .as("%s: %s; accounting: %s, %s", edge, read, rejection, context)
                .isEqualTo(rejection == null);
    }

    private static RequestEvent event(SplittableRandom random) {
        boolean sound = random.nextInt(3) == 0;
        return RequestEvent.newBuilder()
                .setEventId(sound || random.nextInt(3) > 0 ? "e" : text(random, "e"))
                .setAccountId(sound || random.nextInt(3) > 0 ? "acme" : text(random, "a"))
                .setProjectId(random.nextBoolean() ? null : text(random, ""))
                .setApiKeyId(random.nextInt(4) > 0 ? null : text(random, ""))
                .setEndpoint(sound || random.nextInt(3) > 0 ? "/v2/mem-it" : text(random, "e"))
                .setOccurredAt(Instant.ofEpochMilli(
                        sound || random.nextInt(3) > 0 ? NOW.toEpochMilli() : TIMES.get(random.nextInt(TIMES.size()))))
                .setPhase(Phase.values()[random.nextInt(2)])
                .setOutcome(Outcome.values()[random.nextInt(5)])
                .setUnits(count(random))
                .setInputTokens(count(random))
                .setOutputItems(count(random))
                .build();
    }

    /** Without an id, an event gets one: that is a rule of its own. */
    private static String text(SplittableRandom random, String start) {
        StringBuilder text = new StringBuilder(random.nextInt(4) == 0 ? start : "");
        for (int pieces = 1 + random.nextInt(3); pieces > 0; pieces--) {
            text.append(PIECES.get(random.nextInt(PIECES.size())));
        }
        return text.isEmpty() && start.equals("e") ? " " : text.toString();
    }

    private static @Nullable Long count(SplittableRandom random) {
        return random.nextInt(8) > 0 ? null : COUNTS.get(random.nextInt(COUNTS.size()));
    }

    /** Why the accounting rejects an event; null if it does not. */
    private @Nullable String rejection(RequestEvent event) {
        RequestInput input;
        try {
            input = InputTranslator.request(
                    event, MaxEventAge.standard(), NOW.toEpochMilli(), new Position("request-events", 0, 0));
        } catch (RejectedRecordException e) {
            return e.detail();
        }
        Rejections outputs = new Rejections();
        String account = event.getAccountId();
        // There is no state of no account; the engine looks at the input first.
        AccountState state = AccountState.empty(account.isEmpty() ? "none" : account);
        engine.apply(state, input, Plans.of(List.of()), new InMemoryEventIndex(), outputs);
        return outputs.rejection;
    }

    private ReadEvent plain(RequestEvent event) throws Exception {
        ObjectNode fields = fields(event);
        fields.put("event_id", event.getEventId());
        fields.put("account_id", event.getAccountId());
        fields.put("occurred_at", event.getOccurredAt().toString());
        return reader.readJson(JSON.writeValueAsBytes(fields), index -> "made").getFirst();
    }

    private ReadEvent structured(RequestEvent event) throws Exception {
        ObjectNode cloudEvent = JSON.createObjectNode();
        attributes(event).forEach(cloudEvent::put);
        cloudEvent.set("data", fields(event));
        return reader.readCloudEvent(JSON.writeValueAsBytes(cloudEvent)).getFirst();
    }

    private ReadEvent binary(RequestEvent event) throws Exception {
        Map<String, List<String>> headers = new TreeMap<>();
        attributes(event)
                .forEach((name, value) -> headers.put(
                        "ce-" + name,
                        List.of(URLEncoder.encode(value, StandardCharsets.UTF_8).replace("+", "%20"))));
        headers.put("content-type", List.of("application/json"));
        return reader.readBinaryCloudEvent(headers, JSON.writeValueAsBytes(fields(event)))
                .getFirst();
    }

    private static Map<String, String> attributes(RequestEvent event) {
        return Map.of(
                "specversion",
                "1.0",
                "id",
                event.getEventId(),
                "source",
                "/s",
                "type",
                "dev.tollgate.request",
                "subject",
                event.getAccountId(),
                "time",
                event.getOccurredAt().toString());
    }

    private static ObjectNode fields(RequestEvent event) {
        ObjectNode fields = JSON.createObjectNode();
        fields.put("project_id", event.getProjectId());
        fields.put("api_key_id", event.getApiKeyId());
        fields.put("endpoint", event.getEndpoint());
        fields.put("phase", event.getPhase().name());
        fields.put("outcome", event.getOutcome().name());
        fields.put("units", event.getUnits());
        fields.put("input_tokens", event.getInputTokens());
        fields.put("output_items", event.getOutputItems());
        return fields;
    }

    private static final class Rejections implements Outputs {
        private @Nullable String rejection;

        @Override
        public void journal(JournalEntry entry) {
            // Accepted.
        }

        @Override
        public void total(UsageTotal total) {
            // Nothing that this is about.
        }

        @Override
        public void limitEvent(LimitEvent event) {
            // Nothing that this is about.
        }

        @Override
        public void rejected(RejectionReason reason, String detail) {
            rejection = reason + ": " + detail;
        }
    }
}
