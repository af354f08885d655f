package dev.tollgate.streams.task;

import static dev.tollgate.streams.task.TestingEvents.command;
import static dev.tollgate.streams.task.TestingEvents.request;
import static dev.tollgate.streams.task.TestingTopology.START;
import static dev.tollgate.streams.task.TestingTopology.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import dev.tollgate.schemas.avro.AccountEventType;
import dev.tollgate.schemas.avro.Amendment;
import dev.tollgate.schemas.avro.CalendarOverride;
import dev.tollgate.schemas.avro.DeadLetter;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.avro.Verdict;
import dev.tollgate.schemas.event.MaxEventAge;
import dev.tollgate.schemas.registry.RegistryUnavailableException;
import dev.tollgate.schemas.topic.Topic;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every kind of input that cannot be accounted ends in dead-letters with its reason, and the next sound record is
 * counted.
 */
class DeadLetterTest {
    @TempDir
    Path stateDir;

    private TestingTopology topology;

    @BeforeEach
    void start() {
        topology = new TestingTopology(stateDir);
        topology.putOnPlan("acme", 100);
    }

    @AfterEach
    void stop() {
        topology.close();
    }

    static Stream<Arguments> malformedBytes() {
        return Stream.of(
                Arguments.of("null", null),
                Arguments.of("empty", new byte[0]),
                Arguments.of("short", new byte[] {0, 0, 0, 1}),
                Arguments.of("text", "{\"event_id\":\"1\"}".getBytes(StandardCharsets.UTF_8)),
                Arguments.of("foreign magic byte", new byte[] {1, 0, 0, 2, (byte) 0xbc, 2, 65}));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("malformedBytes")
    void givenMalformedBytes_whenRead_thenTheyAreKeptWithTheirPosition(String name, byte @Nullable [] value) {
        topology.publish("acme", "before");
        topology.publishRaw(key("acme"), value);

        DeadLetter letter = topology.deadLetters.readValue();
        assertThat(letter.getReason()).isEqualTo("MALFORMED");
        assertThat(letter.getDetail()).isNotBlank();
        assertThat(letter.getSourceTopic()).isEqualTo("tollgate.request-events");
        assertThat(letter.getSourcePartition()).isZero();
        assertThat(letter.getSourceOffset()).isEqualTo(1);
        assertThat(letter.getAppendedAt()).isEqualTo(START);
        assertThat(letter.getRejectedAt()).isEqualTo(START);
        assertThat(letter.getKey()).isEqualTo(ByteBuffer.wrap(key("acme")));
        assertThat(letter.getValue()).isEqualTo(value == null ? null : ByteBuffer.wrap(value));
        assertStillCounting();
    }

    @Test
    void givenRecordThatIsCutOff_whenRead_thenMalformed() {
        byte[] whole = topology.bytes(Topic.REQUEST_EVENTS, request("acme", "1", START));

        for (int length = 0; length < whole.length; length++) {
            topology.publishRaw(key("acme"), Arrays.copyOf(whole, length));
        }

        assertThat(topology.deadLetters.readValuesToList())
                .hasSize(whole.length)
                .allSatisfy(letter -> assertThat(letter.getReason()).isEqualTo("MALFORMED"));
        assertStillCounting();
    }

    @Test
    void givenTextsThatClaimToBeHuge_whenRead_thenMalformedWithoutMemory() {
        byte[] whole = topology.bytes(Topic.REQUEST_EVENTS, request("acme", "1", START));
        // The first field is a text; its length becomes 2^31 - 9, in Avro's zig-zag form.
        byte[] claim = {(byte) 0xee, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f};
        ByteBuffer hostile = ByteBuffer.allocate(whole.length + 4)
                .put(whole, 0, 5)
                .put(claim)
                .put(whole, 6, whole.length - 6);

        topology.publishRaw(key("acme"), hostile.array());

        assertThat(topology.deadLetters.readValue().getReason()).isEqualTo("MALFORMED");
        assertStillCounting();
    }

    @Test
    void givenSchemaIdThatTheRegistryDoesNotKnow_whenRead_thenUnknownSchema() {
        topology.publishRaw(key("acme"), new byte[] {0, 0, 0x0f, 0x42, 0x3f, 2, 65});

        DeadLetter letter = topology.deadLetters.readValue();
        assertThat(letter.getReason()).isEqualTo("UNKNOWN_SCHEMA");
        assertThat(letter.getDetail()).contains("999999");
        assertStillCounting();
    }

    @Test
    void givenBacklogOfOneUnknownSchema_whenRead_thenTheRegistryIsAskedOnce() {
        byte[] foreign = {0, 0, 0x0f, 0x42, 0x3f, 2, 65};
        topology.pass(Duration.ofMinutes(1));
        long asked = topology.registry.requests().size();

        for (int i = 0; i < 50; i++) {
            topology.requests.pipeInput(key("acme"), foreign, START.plusSeconds(i));
        }

        assertThat(topology.deadLetters.readValuesToList())
                .hasSize(50)
                .allSatisfy(letter -> assertThat(letter.getReason()).isEqualTo("UNKNOWN_SCHEMA"));
        // The dead letter topic's own schema is registered on its first use.
        assertThat(topology.registry.requests().stream()
                        .skip(asked)
                        .filter(request -> request.startsWith("GET /schemas/ids/999999")))
                .hasSize(1);
    }

    @Test
    void givenRecordOfAnotherTopicsType_whenRead_thenWrongType() {
        topology.publishRaw(
                key("acme"), topology.bytes(Topic.ACCOUNT_EVENTS, TestingEvents.assignment("acme", "c", "mem", START)));

        DeadLetter letter = topology.deadLetters.readValue();
        assertThat(letter.getReason()).isEqualTo("WRONG_TYPE");
        assertThat(letter.getDetail()).contains("AccountEvent", "RequestEvent");
        assertStillCounting();
    }

    @Test
    void givenHugeRecord_whenRead_thenTooLargeAndOnlyItsBeginningIsKept() {
        byte[] huge = new byte[5_000_000];

        topology.publishRaw(key("acme"), huge);

        DeadLetter letter = topology.deadLetters.readValue();
        assertThat(letter.getReason()).isEqualTo("TOO_LARGE");
        assertThat(letter.getDetail()).contains("5000000");
        assertThat(letter.getValue().remaining()).isEqualTo(Emitter.MAX_VALUE_BYTES);
        assertThat(topology.bytes(Topic.DEAD_LETTERS, letter).length)
                .isLessThan(dev.tollgate.streams.config.AccountingConfig.MAX_RECORD_BYTES);
        assertStillCounting();
    }

    static Stream<Arguments> impossibleEvents() {
        Instant oldest = START.minus(MaxEventAge.standard().duration());
        Instant nextYear = START.plus(Duration.ofDays(365));
        return Stream.of(
                Arguments.of("MISSING_EVENT_ID", sound().setEventId("").build()),
                Arguments.of("MISSING_ENDPOINT", sound().setEndpoint("").build()),
                Arguments.of("FUTURE_EVENT", sound().setOccurredAt(nextYear).build()),
                Arguments.of(
                        "FUTURE_EVENT",
                        sound().setOccurredAt(START.plusMillis(60_001)).build()),
                Arguments.of(
                        "TOO_OLD", sound().setOccurredAt(oldest.minusMillis(1)).build()),
                Arguments.of("TOO_OLD", sound().setOccurredAt(Instant.EPOCH).build()),
                Arguments.of(
                        "INVALID_TIME",
                        sound().setOccurredAt(Instant.ofEpochMilli(-1)).build()),
                Arguments.of(
                        "INVALID_TIME",
                        sound().setOccurredAt(Instant.ofEpochMilli(Long.MIN_VALUE))
                                .build()),
                Arguments.of(
                        "UNKNOWN_OUTCOME", sound().setOutcome(Outcome.UNKNOWN).build()),
                Arguments.of("NEGATIVE_UNITS", sound().setUnits(-1L).build()),
                Arguments.of(
                        "FIELD_TOO_LONG", sound().setEventId("x".repeat(129)).build()));
    }

    private static RequestEvent.Builder sound() {
        return RequestEvent.newBuilder(request("acme", "impossible", START));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("impossibleEvents")
    void givenImpossibleEvent_whenRead_thenItIsRejectedWithTheEnginesReason(String reason, RequestEvent event) {
        topology.publish(event);

        DeadLetter letter = topology.deadLetters.readValue();
        assertThat(letter.getReason()).isEqualTo(reason);
        assertThat(letter.getAccountId()).isEqualTo("acme");
        assertThat(letter.getValue()).isEqualTo(ByteBuffer.wrap(topology.bytes(Topic.REQUEST_EVENTS, event)));
        assertStillCounting();
    }

    @Test
    void givenEventAsOldAsAllowed_whenReadLongAfter_thenItsAppendTimeDecides() {
        Instant appended = topology.now();
        Instant oldest = appended.minus(MaxEventAge.standard().duration());
        topology.pass(Duration.ofDays(3));

        topology.requests.pipeInput(
                key("acme"), topology.bytes(Topic.REQUEST_EVENTS, request("acme", "kept", oldest)), appended);
        topology.requests.pipeInput(
                key("acme"),
                topology.bytes(Topic.REQUEST_EVENTS, request("acme", "old", oldest)),
                appended.plusMillis(1));

        assertThat(topology.journalled())
                .extracting(entry -> entry.getEventId())
                .containsExactly("kept");
        DeadLetter letter = topology.deadLetters.readValue();
        assertThat(letter.getReason()).isEqualTo("TOO_OLD");
        assertThat(letter.getEventId()).isEqualTo("old");
        assertThat(letter.getDetail())
                .isEqualTo("occurred_at must be at most 400 d before " + appended.plusMillis(1) + ", was " + oldest
                        + ", when it was appended");
        assertThat(topology.deadLetters.isEmpty()).isTrue();
    }

    @Test
    void givenEventDatedNextYear_whenRead_thenItDoesNotMoveTime() {
        topology.publish("acme", "1");
        topology.publish(request("acme", "2", START.plus(Duration.ofDays(365))));
        topology.publish("acme", "3");

        assertThat(topology.journalled())
                .extracting(entry -> entry.getVerdict())
                .containsOnly(Verdict.COUNTED);
        topology.pass(Duration.ofSeconds(2));
        assertThat(topology.newestTotals())
                .hasEntrySatisfying(
                        "acme|requests-per-minute|ACCOUNT||requests|MINUTE|" + minute(),
                        total -> assertThat(total.getUsed()).isEqualTo(2));
    }

    @Test
    void givenNoAccount_whenRead_thenMissingAccountIdWhateverTheKey() {
        topology.publishRaw(key("acme"), topology.bytes(Topic.REQUEST_EVENTS, request("", "1", START)));
        topology.publishRaw(null, topology.bytes(Topic.REQUEST_EVENTS, request("", "2", START)));

        assertThat(topology.deadLetters.readValuesToList())
                .extracting(DeadLetter::getReason)
                .containsExactly("MISSING_ACCOUNT_ID", "MISSING_ACCOUNT_ID");
        assertStillCounting();
    }

    @Test
    void givenAnotherKeyThanTheAccount_whenRead_thenKeyMismatch() {
        byte[] value = topology.bytes(Topic.REQUEST_EVENTS, request("acme", "1", START));

        topology.publishRaw(key("other"), value);
        topology.publishRaw(null, value);

        assertThat(topology.deadLetters.readValuesToList())
                .extracting(DeadLetter::getReason, DeadLetter::getEventId)
                .containsExactly(tuple("KEY_MISMATCH", "1"), tuple("KEY_MISMATCH", "1"));
        assertStillCounting();
    }

    @Test
    void givenPublisherWithAnotherPartitioner_whenRead_thenWrongPartition() {
        topology.close();
        topology = new TestingTopology(stateDir, Map.of("topics.partitions", "4"));
        String elsewhere = Stream.iterate(0, i -> i + 1)
                .map(i -> "account-" + i)
                .filter(id -> dev.tollgate.schemas.topic.AccountPartitioner.partition(id, 4) != 0)
                .findFirst()
                .orElseThrow();

        topology.publish(elsewhere, "1");

        DeadLetter letter = topology.deadLetters.readValue();
        assertThat(letter.getReason()).isEqualTo("WRONG_PARTITION");
        assertThat(letter.getDetail()).contains("murmur2");
        assertThat(topology.journalled()).isEmpty();
    }

    @Test
    void givenCommandsThatCannotBeFollowed_whenRead_thenEachHasItsReason() {
        topology.publish(TestingEvents.assignment("acme", "c1", "no-such-plan", START));
        topology.publish(
                command("acme", "c2", AccountEventType.PLAN_ASSIGNED, START).build());
        topology.publish(command("acme", "c3", AccountEventType.OVERRIDE_SET, START)
                .setLimitId("requests-per-minute")
                .setAmount(-1L)
                .build());
        topology.publish(command("acme", "c4", AccountEventType.UNKNOWN, START).build());
        topology.publish(command("acme", "c5", AccountEventType.EVENT_VOIDED, START)
                .setCorrectedEventId("never-seen")
                .build());
        topology.publish(
                command("acme", "c6", AccountEventType.CALENDAR_SET, START).build());
        topology.publish(command("acme", "c7", AccountEventType.CALENDAR_SET, START)
                .setCalendar(new CalendarOverride("Europe/Berlyn", null, null, null, null))
                .build());
        topology.publish(command("acme", "c8", AccountEventType.CALENDAR_SET, START)
                .setCalendar(new CalendarOverride(null, null, 32, null, null))
                .build());

        assertThat(topology.deadLetters.readValuesToList())
                .extracting(DeadLetter::getEventId, DeadLetter::getReason)
                .containsExactly(
                        tuple("c1", "UNKNOWN_PLAN"),
                        tuple("c2", "INVALID_COMMAND"),
                        tuple("c3", "INVALID_COMMAND"),
                        tuple("c4", "UNKNOWN_COMMAND"),
                        tuple("c5", "UNKNOWN_EVENT"),
                        tuple("c6", "INVALID_COMMAND"),
                        tuple("c7", "INVALID_COMMAND"),
                        tuple("c8", "INVALID_COMMAND"));
        assertStillCounting();
    }

    @Test
    void givenCommandsThatContradictWhatIsKnown_whenRead_thenEachHasItsReasonAndChangesNothing() {
        topology.publish(TestingPlans.mem("other", 7));
        topology.publish("acme", "e1");
        topology.publish(TestingEvents.assignment("acme", "first", "mem", START));
        topology.publish(command("acme", "suspended", AccountEventType.SUSPENDED, START)
                .setSuspendedUntil(START.plusSeconds(60))
                .build());
        topology.publish(command("acme", "ten", AccountEventType.OVERRIDE_SET, START)
                .setLimitId("requests-per-day")
                .setAmount(10L)
                .build());
        topology.limitEvents.readValuesToList();

        topology.publish(TestingEvents.assignment("acme", "other-plan", "other", START));
        topology.publish(TestingEvents.assignment("acme", "before-the-plan", "other", Instant.EPOCH));
        topology.publish(command("acme", "reinstated", AccountEventType.REINSTATED, START)
                .build());
        topology.publish(command("acme", "eleven", AccountEventType.OVERRIDE_SET, START)
                .setLimitId("requests-per-day")
                .setAmount(11L)
                .build());
        topology.publish(command("acme", "no-limit", AccountEventType.OVERRIDE_REMOVED, START)
                .setLimitId("requests-per-century")
                .build());
        topology.publish(command("acme", "backwards", AccountEventType.SUSPENDED, START.plusSeconds(9))
                .setSuspendedUntil(START)
                .build());
        topology.publish(command("acme", "unseen", AccountEventType.EVENT_AMENDED, START)
                .setCorrectedEventId("never-seen")
                .setAmendment(Amendment.newBuilder().setUnits(3L).build())
                .build());
        topology.publish(command("acme", "negative", AccountEventType.EVENT_AMENDED, START)
                .setCorrectedEventId("e1")
                .setAmendment(Amendment.newBuilder().setUnits(-3L).build())
                .build());
        // The same again is not a contradiction.
        topology.publish(TestingEvents.assignment("acme", "again", "mem", START));

        assertThat(topology.deadLetters.readValuesToList())
                .allSatisfy(letter -> assertThat(letter.getDetail()).isNotBlank())
                .extracting(DeadLetter::getEventId, DeadLetter::getReason)
                .containsExactly(
                        tuple("other-plan", "CONFLICTING_ASSIGNMENT"),
                        tuple("before-the-plan", "UNKNOWN_PLAN"),
                        tuple("reinstated", "CONFLICTING_ASSIGNMENT"),
                        tuple("eleven", "CONFLICTING_ASSIGNMENT"),
                        tuple("no-limit", "UNKNOWN_LIMIT"),
                        tuple("backwards", "INVALID_SUSPENSION"),
                        tuple("unseen", "UNKNOWN_EVENT"),
                        tuple("negative", "NEGATIVE_UNITS"));
        assertThat(topology.limitEvents.readValuesToList()).isEmpty();
        assertStillCounting();
    }

    @Test
    void givenPlansThatCannotBeUsed_whenRead_thenEachIsADeadLetterOnceAndThePlanBeforeHolds() {
        PlanVersion first = TestingPlans.version(1, TestingPlans.ALWAYS, 100);

        topology.publishPlanRaw(key("mem"), new byte[] {1, 2, 3});
        topology.publishPlanRaw(null, new byte[] {1, 2, 3});
        topology.publishPlanRaw(key("mem"), topology.bytes(Topic.PLAN_CATALOG, TestingPlans.mem("other", 7)));
        topology.publish(TestingPlans.plan("mem", first, TestingPlans.version(1, TestingPlans.ALWAYS, 7)));
        topology.publish(TestingPlans.plan("mem", first, TestingPlans.version(2, TestingPlans.ALWAYS, 7)));
        topology.publish(
                TestingPlans.plan("mem", first, TestingPlans.version(2, TestingPlans.ALWAYS.minusSeconds(1), 7)));
        topology.pass(Duration.ofMillis(100));
        List<DeadLetter> letters = topology.deadLetters.readValuesToList();
        topology.pass(Duration.ofSeconds(1));

        assertThat(letters)
                .extracting(DeadLetter::getReason)
                .containsExactly(
                        "MALFORMED", "KEY_MISMATCH", "KEY_MISMATCH", "INVALID_PLAN", "INVALID_PLAN", "INVALID_PLAN");
        assertThat(letters).allSatisfy(letter -> {
            assertThat(letter.getSourceTopic())
                    .isEqualTo(topology.config.topics().name(Topic.PLAN_CATALOG));
            assertThat(letter.getDetail()).isNotBlank();
        });
        assertThat(letters).extracting(DeadLetter::getSourceOffset).containsExactly(1L, 2L, 3L, 4L, 5L, 6L);
        assertThat(letters.get(4).getDetail()).contains("plan mem", "versions 1 and 2 have the same effective date");
        assertThat(topology.deadLetters.isEmpty()).isTrue();
        assertStillCounting();
        assertThat(topology.catalog.plans().all())
                .extracting(version -> version.planId() + version.version())
                .contains("mem1")
                .doesNotContain("mem2");
    }

    @Test
    void givenRegistryThatDoesNotAnswer_whenRecordIsRead_thenItIsNeverADeadLetter() {
        topology.registry.failNext(100);

        // An id that has not been seen: only the registry could tell what it is.
        assertThatThrownBy(() -> topology.publishRaw(key("acme"), new byte[] {0, 0, 0, 3, 7, 2, 65}))
                .hasRootCauseInstanceOf(Exception.class)
                .satisfies(fault ->
                        assertThat(causes(fault)).hasAtLeastOneElementOfType(RegistryUnavailableException.class));

        assertThat(topology.deadLetters.isEmpty()).isTrue();
    }

    @Test
    void givenLabelsBeyondTheBounds_whenJournalled_thenTheyAreCutAndTheEventCounts() {
        Map<String, String> labels = new java.util.HashMap<>();
        for (int i = 0; i < 40; i++) {
            labels.put("label-%02d".formatted(i), "v".repeat(300));
        }
        labels.put("n".repeat(65), "x");
        topology.publish(RequestEvent.newBuilder(request("acme", "1", START))
                .setAttributes(labels)
                .build());

        var entry = topology.journal.readValue();
        assertThat(entry.getVerdict()).isEqualTo(Verdict.COUNTED);
        assertThat(entry.getAttributes()).hasSize(16).containsKey("label-00").doesNotContainKey("label-16");
        assertThat(entry.getAttributes().values())
                .allSatisfy(value -> assertThat(value).hasSize(256));
    }

    private void assertStillCounting() {
        topology.journalled();
        topology.publish("acme", "sound");
        assertThat(topology.journalled())
                .extracting(entry -> entry.getEventId(), entry -> entry.getVerdict())
                .containsExactly(tuple("sound", Verdict.COUNTED));
        assertThat(topology.deadLetters.isEmpty()).isTrue();
    }

    private static long minute() {
        return START.toEpochMilli() / 60_000 * 60_000;
    }

    private static List<Throwable> causes(Throwable fault) {
        List<Throwable> causes = new java.util.ArrayList<>();
        for (Throwable cause = fault; cause != null; cause = cause.getCause()) {
            causes.add(cause);
        }
        return causes;
    }
}
