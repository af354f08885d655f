package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.avro.DeadLetter;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Phase;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.avro.Verdict;
import dev.tollgate.schemas.topic.Topic;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/**
 * What cannot be followed is rejected with its reason, and nothing is written; what is written all the same is a dead
 * letter.
 */
class AccountsCommandIT {
    private static final String PLANS = """
        plans:
          - id: small
            title: Small
            versions:
              - version: 1
                effective_from: 2026-01-01T00:00:00Z
                meters: {requests: {default: 1}}
                limits:
                  - {id: per-day, meter: requests, amount: 10, window: day}
          - id: large
            title: Large
            versions:
              - version: 1
                effective_from: 2026-01-01T00:00:00Z
                meters: {requests: {default: 1}}
                limits:
                  - {id: per-day, meter: requests, amount: 1000, window: day}
        """;

    private String config = "";
    private String err = "";

    @Test
    void givenPlansThatContradictThemselves_whenValidatedOrApplied_thenTheReasonIsSaidAndNothingIsWritten(
            @TempDir Path folder) throws Exception {
        try (TestingCluster cluster = new TestingCluster(folder)) {
            config = cluster.configFile().toString();
            Path contradicting = Files.writeString(folder.resolve("twice.yaml"), PLANS + """
                  - version: 2
                    effective_from: 2026-01-01T00:00:00Z
                    meters: {requests: {default: 1}}
                    limits: [{id: per-day, meter: calls, amount: 10, window: day}]
                """.indent(4));

            assertThat(run("plans", "validate", contradicting.toString())).isEqualTo(CommandLine.ExitCode.SOFTWARE);
            assertThat(err).contains("effective_from").contains("calls");
            assertThat(run("plans", "apply", contradicting.toString(), "-c", config))
                    .isEqualTo(CommandLine.ExitCode.USAGE);
            assertThat(err).contains("effective_from").contains("calls").contains("nothing was applied");
            assertThat(written(cluster, Topic.PLAN_CATALOG)).isZero();

            Path sound = Files.writeString(folder.resolve("sound.yaml"), PLANS);
            assertThat(run("plans", "apply", sound.toString(), "-c", config))
                    .as(err)
                    .isZero();
            long before = written(cluster, Topic.PLAN_CATALOG);
            Path edited = Files.writeString(folder.resolve("edited.yaml"), PLANS.replace("amount: 10,", "amount: 11,"));
            assertThat(run("plans", "apply", edited.toString(), "-c", config)).isEqualTo(CommandLine.ExitCode.SOFTWARE);
            assertThat(err).contains("small").contains("version 1").contains("nothing was applied");
            assertThat(written(cluster, Topic.PLAN_CATALOG)).isEqualTo(before);
        }
    }

    @Test
    void givenCommandsThatCannotBeFollowed_whenGiven_thenEachIsRejectedAndForcedOnesAreDeadLetters(@TempDir Path folder)
            throws Exception {
        try (TestingCluster cluster = new TestingCluster(folder);
                Consumer<String, DeadLetter> deadLetters = cluster.kafka()
                        .consumer(DeadLetter.class, cluster.kafka().registryClient(), true)) {
            config = cluster.configFile().toString();
            rejected("assign acme small", "plan 'small' is not in the catalog; it is empty");
            Path file = Files.writeString(folder.resolve("plans.yaml"), PLANS);
            assertThat(run("plans", "apply", file.toString(), "-c", config))
                    .as(err)
                    .isZero();

            rejected("assign acme huge", "plan 'huge' is not in the catalog; known plans: large, small");
            rejected(
                    "assign acme small --effective-at 2025-12-31T23:59:59Z",
                    "plan 'small' has no version in force at 2025-12-31T23:59:59Z; the first one is from"
                            + " 2026-01-01T00:00:00Z on");
            rejected(
                    "suspend acme --effective-at 2026-03-01T00:00:00Z --until 2026-02-28T00:00:00Z",
                    "--until must be after");
            rejected("override acme per-day 1000000000000001", "from 0 to 1000000000000000");
            rejected("override acme per-century 5", "LIMIT 'per-century' is in no plan; known limits: per-day");
            rejected("void-event acme never-seen", "event 'never-seen' of account 'acme' is not in the journal");
            rejected(
                    "amend-event acme never-seen --units 3 --occurred-at 2026-03-01T00:00:00Z",
                    "event 'never-seen' of account 'acme' is not in the journal since 2026-02-28T00:00:00Z");
            assertThat(written(cluster, Topic.ACCOUNT_EVENTS)).isZero();

            String date = " --effective-at 2026-03-01T00:00:00Z";
            followed("assign acme small" + date);
            followed("assign acme small" + date);
            followed("override acme per-day 20" + date);
            followed("suspend acme --until 2026-03-02T00:00:00Z" + date);
            followed("assign other large" + date);
            long before = written(cluster, Topic.ACCOUNT_EVENTS);
            rejected(
                    "assign acme large" + date, "from 2026-03-01T00:00:00Z on: plan small, carry keep, not plan large");
            rejected("assign acme small --carry reset" + date, "plan small, carry keep, not plan small, carry reset");
            rejected("override acme per-day unlimited" + date, "limit per-day at 20, not limit per-day at unlimited");
            rejected("override acme per-day plan" + date, "limit per-day at 20, not limit per-day as the plan says");
            rejected("reinstate acme" + date, "suspended until 2026-03-02T00:00:00Z, not reinstated");
            assertThat(written(cluster, Topic.ACCOUNT_EVENTS)).isEqualTo(before);

            followed("assign acme large --force --command-id contradicts" + date);
            followed("void-event acme never-seen --force --command-id unknown");
            assertThat(reasons(cluster, deadLetters, 2))
                    .containsExactlyInAnyOrder("contradicts CONFLICTING_ASSIGNMENT", "unknown UNKNOWN_EVENT");
        }
    }

    @Test
    void givenCountedEvent_whenCorrected_thenItIsFollowedOnceAndAVoidedOneIsNotAmended(@TempDir Path folder)
            throws Exception {
        try (TestingCluster cluster = new TestingCluster(folder)) {
            config = cluster.configFile().toString();
            Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
            publish(cluster, "acme", "e1", now);
            TestingCluster.await("it is counted", () -> cluster.verdicts("acme", Verdict.COUNTED) == 1);

            rejected("void-event other e1", "event 'e1' of account 'other' is not in the journal");
            followed("amend-event acme e1 --endpoint /other --occurred-at " + now);
            TestingCluster.await("it is amended", () -> cluster.verdicts("acme", Verdict.AMENDED) == 1);
            followed("void-event acme e1 --command-id void-it");
            TestingCluster.await("it is voided", () -> cluster.verdicts("acme", Verdict.VOIDED) == 2);

            rejected("amend-event acme e1 --units 2", "event 'e1' was voided by command void-it and cannot be amended");
        }
    }

    private void followed(String command) {
        assertThat(run(accounts(command))).as(command + ": " + err).isZero();
    }

    private void rejected(String command, String reason) {
        assertThat(run(accounts(command))).as(command).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err).contains(reason);
    }

    private String[] accounts(String command) {
        return Stream.concat(
                        Stream.of("accounts"), Stream.concat(Stream.of(command.split(" ")), Stream.of("-c", config)))
                .toArray(String[]::new);
    }

    private int run(String... args) {
        StringWriter said = new StringWriter();
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(new StringWriter(), true));
        commandLine.setErr(new PrintWriter(said, true));
        int status = commandLine.execute(args);
        err = said.toString();
        return status;
    }

    private static void publish(TestingCluster cluster, String account, String eventId, Instant at) throws Exception {
        RequestEvent event = RequestEvent.newBuilder()
                .setEventId(eventId)
                .setAccountId(account)
                .setEndpoint("/v2/notes")
                .setOccurredAt(at)
                .setPhase(Phase.COMPLETED)
                .setOutcome(Outcome.SUCCESS)
                .setProducer("test")
                .setAttributes(Map.of())
                .build();
        try (Producer<String, RequestEvent> producer =
                cluster.kafka().producer(cluster.kafka().registryClient())) {
            producer.send(new ProducerRecord<>(cluster.kafka().layout().name(Topic.REQUEST_EVENTS), account, event))
                    .get();
        }
    }

    /** How many records a topic has, transaction markers included. */
    private static long written(TestingCluster cluster, Topic topic) {
        try (Consumer<String, byte[]> consumer = cluster.kafka().consumer(new ByteArrayDeserializer(), true)) {
            return consumer
                    .endOffsets(partitions(consumer, cluster.kafka().layout().name(topic)))
                    .values()
                    .stream()
                    .mapToLong(Long::longValue)
                    .sum();
        }
    }

    private static List<String> reasons(TestingCluster cluster, Consumer<String, DeadLetter> consumer, int count) {
        List<TopicPartition> partitions =
                partitions(consumer, cluster.kafka().layout().name(Topic.DEAD_LETTERS));
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        List<String> reasons = new ArrayList<>();
        TestingCluster.await(count + " dead letters", () -> {
            consumer.poll(Duration.ofMillis(100))
                    .forEach(record -> reasons.add(
                            record.value().getEventId() + " " + record.value().getReason()));
            return reasons.size() >= count;
        });
        return reasons;
    }

    private static List<TopicPartition> partitions(Consumer<?, ?> consumer, String topic) {
        return consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
    }
}
