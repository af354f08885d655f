package dev.tollgate.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.avro.AccountEvent;
import dev.tollgate.schemas.avro.AccountEventType;
import dev.tollgate.schemas.avro.DeadLetter;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.UsageTotal;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.streams.task.TestingEvents;
import dev.tollgate.streams.task.TestingPlans;
import dev.tollgate.testkit.stack.Stacks;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The real application on real brokers: plan versions, removals, assignments and corrections come in mid-traffic, one
 * instance reads as they come; then all input topics are copied, append times and all, to another number of partitions
 * and read again by two instances. Journal, limit events, dead letters and final totals must be the same, byte for
 * byte, and so must the newest open totals but for the account's version.
 */
class ReplayIT {
    private static final int ACCOUNTS = 12;
    private static final int EVENTS = 2_400;
    private static final int EVENTS_PER_VOID = 120;

    @TempDir
    Path folder;

    private static final long SEED = Long.getLong("tollgate.seed", System.nanoTime());
    private static final int SEEDS = Integer.getInteger("tollgate.seeds", 1);
    private static final int SEEDS_AT_ONCE = 3;

    /** {@code -Dtollgate.seeds=N} tries N seeds, from {@code -Dtollgate.seed} on. */
    @Test
    void givenPlansAndAssignmentsInMidTraffic_whenAllTopicsAreReadAgain_thenTheAnswerIsTheSame() throws Exception {
        System.out.println("ReplayIT -Dtollgate.seed=" + SEED);
        try (ExecutorService threads = Executors.newFixedThreadPool(SEEDS_AT_ONCE)) {
            List<Future<Long>> runs = new ArrayList<>();
            for (long seed = SEED; seed < SEED + SEEDS; seed++) {
                runs.add(threads.submit(new Run(seed, folder.resolve("seed-" + seed))));
            }
            for (Future<Long> run : runs) {
                run.get();
            }
        }
    }

    /** One history, read twice. */
    private record Run(long seed, Path folder) implements Callable<Long> {
        @Override
        public Long call() throws Exception {
            try (TestingCluster live = new TestingCluster(Stacks.forTests())) {
                Answer first;
                try (AccountingApp app = new AccountingApp(live.config(folder.resolve("live")))) {
                    app.start();
                    publishTraffic(live, new Random(seed));
                    first = settledAnswer(live, Function.identity());
                }

                try (TestingCluster copy = live.copyWithAppendTimes(Stacks.forTests(), 3);
                        AccountingApp one = new AccountingApp(
                                copy.config(folder.resolve("one")), new SimpleMeterRegistry(), false);
                        AccountingApp two = new AccountingApp(
                                copy.config(folder.resolve("two")), new SimpleMeterRegistry(), false)) {
                    one.start();
                    two.start();
                    Answer again = settledAnswer(copy, copy::originalOf);

                    assertThat(again.said()).as("-Dtollgate.seed=%d", seed).isEqualTo(first.said());
                }
            }
            System.out.println("replayed alike: -Dtollgate.seed=" + seed);
            return seed;
        }
    }

    /** Events of an hour ago, so that no window's end has to be waited for, and changes of plans in between. */
    private static void publishTraffic(TestingCluster cluster, Random random) {
        Instant start = Instant.now().minus(Duration.ofHours(1));
        cluster.publish(Topic.PLAN_CATALOG, "mem", TestingPlans.mem("mem", 25));
        cluster.settle();
        for (int i = 0; i < ACCOUNTS; i++) {
            assign(cluster, i, "first-" + i, "mem", TestingPlans.ALWAYS);
        }
        cluster.settle();
        int version = 1;
        List<String> accounts = new ArrayList<>();
        for (int i = 0; i < EVENTS; i++) {
            accounts.add(TestingCluster.account(random.nextInt(ACCOUNTS)));
            cluster.publish(TestingEvents.request(accounts.get(i), "event-" + i, start.plusMillis(10L * i)));
            if (i % 100 == 50) {
                version++;
                // Two versions ahead of each other, from event times that traffic reaches soon or has passed.
                Instant effectiveFrom = start.plusMillis(10L * i + 200);
                cluster.publish(
                        Topic.PLAN_CATALOG,
                        "other",
                        TestingPlans.plan(
                                "other",
                                TestingPlans.version(1, TestingPlans.ALWAYS, 15),
                                TestingPlans.version(version, effectiveFrom, 15 + version)));
            }
            if (i % 700 == 650) {
                cluster.publishRaw(Topic.PLAN_CATALOG, "other".getBytes(java.nio.charset.StandardCharsets.UTF_8), null);
            }
            if (i % EVENTS_PER_VOID == 110) {
                // Its plan may have other versions by now, or none.
                int target = i - random.nextInt(100);
                apart(cluster);
                AccountEvent command = TestingEvents.command(
                                accounts.get(target), "void-" + i, AccountEventType.EVENT_VOIDED, Instant.now())
                        .setCorrectedEventId("event-" + target)
                        .build();
                cluster.publish(Topic.ACCOUNT_EVENTS, command.getAccountId(), command);
                apart(cluster);
            }
            if (i % 40 == 0) {
                // About the time at which the version begins to count, on either side of it.
                TestingCluster.pause(Duration.ofMillis(random.nextInt(120)));
                // What one account has in two topics must not come within the same few milliseconds.
                apart(cluster);
                assign(
                        cluster,
                        random.nextInt(ACCOUNTS),
                        "assign-" + i,
                        random.nextBoolean() ? "other" : "mem",
                        start.plusMillis(10L * i));
                apart(cluster);
            }
        }
        cluster.producer.flush();
    }

    private static void apart(TestingCluster cluster) {
        cluster.producer.flush();
        TestingCluster.pause(Duration.ofMillis(25));
    }

    private static void assign(TestingCluster cluster, int account, String id, String plan, Instant effectiveAt) {
        AccountEvent command = TestingEvents.assignment(TestingCluster.account(account), id, plan, effectiveAt);
        cluster.publish(Topic.ACCOUNT_EVENTS, command.getAccountId(), command);
    }

    /** Waits until everything is said: each event has its verdict, each alert is over, and nothing changes any more. */
    private static Answer settledAnswer(TestingCluster cluster, Function<SpecificRecord, SpecificRecord> original) {
        int entries = EVENTS + EVENTS / EVENTS_PER_VOID;
        TestingCluster.await(
                "a journal entry for each event and each void", () -> cluster.committedVerdicts() == entries);
        TestingCluster.await("the end of each alert", () -> {
            List<LimitEvent> events = cluster.committedSoFar(Topic.LIMIT_EVENTS, LimitEvent.class).stream()
                    .map(ConsumerRecord::value)
                    .toList();
            long raised = events.stream()
                    .filter(event -> event.getKind() == LimitEventKind.SOFT_LIMIT_REACHED
                            || event.getKind() == LimitEventKind.HARD_LIMIT_REACHED)
                    .filter(event -> !event.getLimitId().endsWith("day"))
                    .count();
            long cleared = events.stream()
                    .filter(event -> event.getKind() == LimitEventKind.LIMIT_CLEARED)
                    .filter(event -> !event.getLimitId().endsWith("day"))
                    .count();
            return raised > 0 && raised == cleared;
        });
        Answer[] last = {Answer.of(cluster, original)};
        TestingCluster.await("a second without anything new", () -> {
            TestingCluster.pause(Duration.ofMillis(1_500));
            Answer now = Answer.of(cluster, original);
            boolean same = now.equals(last[0]);
            last[0] = now;
            return same;
        });
        return last[0];
    }

    /**
     * What follows, account by account and topic by topic, in the order in which it was said.
     *
     * @param said bytes of the records as text; of totals the newest of each key
     */
    private record Answer(Map<String, List<String>> said) {
        static Answer of(TestingCluster cluster, Function<SpecificRecord, SpecificRecord> original) {
            Map<String, List<String>> said = new TreeMap<>();
            cluster.committed(Topic.USAGE_JOURNAL, UsageJournalEntry.class)
                    .forEach(record -> add(said, "journal/" + record.key(), original.apply(record.value())));
            cluster.committed(Topic.LIMIT_EVENTS, LimitEvent.class)
                    .forEach(record -> add(said, "limit-events/" + record.key(), original.apply(record.value())));
            cluster.committed(Topic.DEAD_LETTERS, DeadLetter.class).forEach(record -> {
                DeadLetter letter = record.value();
                letter.setRejectedAt(Instant.EPOCH);
                add(said, "dead-letters/" + letter.getAccountId(), original.apply(letter));
            });
            cluster.committed(Topic.USAGE_TOTALS, UsageTotal.class).forEach(record -> {
                UsageTotal total = record.value();
                if (!total.getClosed()) {
                    // Open totals are published as the wall clock paces them: before or after a block that only time
                    // ends, which gives the account another version and leaves its totals as they are.
                    total.setVersion(0L);
                }
                said.put("total/" + record.key(), List.of(total.toString()));
            });
            return new Answer(said);
        }

        private static void add(Map<String, List<String>> said, String key, SpecificRecord record) {
            said.computeIfAbsent(key, _ -> new ArrayList<>()).add(record.toString());
        }
    }
}
