package dev.tollgate.faults;

import dev.tollgate.faults.cluster.Cluster;
import dev.tollgate.faults.guarantee.Books;
import dev.tollgate.faults.guarantee.ClickHouseBooks;
import dev.tollgate.faults.guarantee.Evidence;
import dev.tollgate.faults.guarantee.Expectation;
import dev.tollgate.faults.guarantee.Guarantee;
import dev.tollgate.faults.guarantee.Guarantees;
import dev.tollgate.faults.guarantee.Position;
import dev.tollgate.faults.traffic.GatewayClient;
import dev.tollgate.faults.traffic.GroupProgress;
import dev.tollgate.faults.traffic.Population;
import dev.tollgate.faults.traffic.RawProducer;
import dev.tollgate.faults.traffic.Story;
import dev.tollgate.schemas.avro.AccountEvent;
import dev.tollgate.schemas.avro.AccountEventType;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.testkit.traffic.TrafficGenerator;
import dev.tollgate.testkit.traffic.TrafficRecord;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One round: traffic, faults in it, and what holds when everything has recovered. */
final class Round {
    private static final Logger log = LoggerFactory.getLogger(Round.class);

    private static final int GATEWAY_BATCH = 20;
    private static final long LOOK_MILLIS = 500;

    private final Tools tools;
    private final Population population;
    private final Schedule schedule;
    private final Size size;
    /** Of the traffic, in which processes may be stopped. */
    private final Duration patience;

    private final long seed;
    private final Set<String> accepted;
    private final Map<Position, String> broken = new ConcurrentHashMap<>();
    private final List<Story> stories = new ArrayList<>();

    /** What rounds share. */
    record Tools(
            Cluster cluster,
            Injector injector,
            RawProducer producer,
            GroupProgress accounting,
            Books books,
            GateWatch gates,
            GatewayClient gateway) {}

    /**
     * How much a round does.
     *
     * @param events of plain accounts
     * @param accounts plain ones
     * @param stories accounts with commands
     * @param calls of each story
     * @param commands of each story
     * @param length of the traffic
     * @param patience how long everything may make no progress, while no process is stopped
     */
    record Size(int events, int accounts, int stories, int calls, int commands, Duration length, Duration patience) {
        static Size ofSeconds(int seconds) {
            return new Size(
                    150 * seconds,
                    24,
                    5,
                    3 * seconds,
                    seconds / 2,
                    Duration.ofSeconds(seconds),
                    Duration.ofSeconds(90));
        }
    }

    /**
     * What came of a round.
     *
     * @param events records of the log
     * @param recoveryMillis from the end of the last fault and of the traffic until everything was right
     * @param violations by the sentence of the guarantee; empty if everything holds
     */
    record Outcome(
            long seed,
            Schedule schedule,
            int events,
            int commands,
            long trafficMillis,
            long recoveryMillis,
            Injector.Tally tally,
            Map<String, List<String>> violations) {
        boolean isClean() {
            return violations.isEmpty();
        }
    }

    /** @param accepted filled as libraries and gateway take responsibility for events; shared with the publisher */
    Round(Tools tools, long seed, Population population, Schedule schedule, Size size, Set<String> accepted) {
        this.tools = tools;
        this.seed = seed;
        this.population = population;
        this.schedule = schedule;
        this.size = size;
        this.patience = size.patience().plus(schedule.longestPause());
        this.accepted = accepted;
    }

    static String name(RequestEvent event) {
        return event.getAccountId() + " " + event.getEventId();
    }

    /** Runs the round. The plans are in the catalog already. */
    Outcome run() throws InterruptedException {
        Injector.Tally before = tools.injector().tally();
        Map<String, List<String>> violations = new LinkedHashMap<>();
        long begun = System.nanoTime();
        long trafficMillis = 0;
        long recoveryMillis = 0;
        try {
            tools.books().beginRound();
            assignPlainAccounts();
            begun = System.nanoTime();
            trafficAndFaults();
            trafficMillis = millisSince(begun);
            long over = System.nanoTime();
            violations.putAll(awaitGuarantees());
            recoveryMillis = millisSince(over);
        } catch (ExecutionException | TimeoutException e) {
            log.error("the round came to no end", e);
            violations.put("everything recovers by itself", List.of(String.valueOf(e)));
            violations.putAll(judgeAnyway());
        }
        List<String> ended = tools.injector().takeEnded();
        if (!ended.isEmpty()) {
            violations.put("no role ends by itself", ended);
        }
        int commands = stories.stream().mapToInt(story -> story.steps().size()).sum();
        return new Outcome(
                seed,
                schedule,
                tools.books().log().size(),
                commands,
                trafficMillis,
                recoveryMillis,
                tools.injector().tally().minus(before),
                violations);
    }

    private void assignPlainAccounts() throws InterruptedException, ExecutionException, TimeoutException {
        Map<TopicPartition, Long> ends = new LinkedHashMap<>();
        List<Future<RecordMetadata>> appended = new ArrayList<>();
        for (AccountEvent assignment : population.assignments()) {
            appended.add(tools.producer().send(Topic.ACCOUNT_EVENTS, assignment.getAccountId(), assignment));
        }
        for (Future<RecordMetadata> each : appended) {
            RecordMetadata metadata = each.get(size.patience().toMillis(), TimeUnit.MILLISECONDS);
            ends.merge(new TopicPartition(metadata.topic(), metadata.partition()), metadata.offset() + 1, Math::max);
        }
        for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
            if (!tools.accounting().await(end.getKey(), end.getValue(), size.patience())) {
                throw new TimeoutException("the accounting role has not processed " + end + ", only up to "
                        + tools.accounting().committed(end.getKey()));
            }
        }
    }

    private void trafficAndFaults() throws InterruptedException, ExecutionException, TimeoutException {
        List<RequestEvent> published = new ArrayList<>();
        List<RequestEvent> posted = new ArrayList<>();
        List<TrafficRecord> bare = new ArrayList<>();
        generate(published, posted, bare);
        for (int i = 0; i < population.families().size(); i++) {
            stories.add(new Story(
                    population.storyAccount(i),
                    population.families().get(i),
                    new Random(seed + 1_000 + i),
                    tools.producer(),
                    tools.accounting(),
                    tools.cluster().layout()));
        }
        AtomicBoolean over = new AtomicBoolean();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Future<?>> parts = new ArrayList<>();
            parts.add(threads.submit(task(() -> publish(published))));
            parts.add(threads.submit(task(() -> post(posted))));
            parts.add(threads.submit(task(() -> sendBare(bare))));
            for (Story story : stories) {
                parts.add(
                        threads.submit(task(() -> story.run(size.calls(), size.commands(), size.length(), patience))));
            }
            parts.add(threads.submit(task(() -> tools.injector().run(schedule))));
            Future<?> asking = threads.submit(task(() -> askGates(published, over)));
            try {
                for (Future<?> part : parts) {
                    part.get(size.length().plus(patience).toMillis() * 2, TimeUnit.MILLISECONDS);
                }
            } finally {
                over.set(true);
                parts.forEach(part -> part.cancel(true));
            }
            asking.get();
        }
    }

    private interface Work {
        void run() throws Exception;
    }

    private static Callable<@Nullable Void> task(Work work) {
        return () -> {
            work.run();
            return null;
        };
    }

    /** Half of the plain accounts are served by a service with the publisher, half by one behind the gateway. */
    private void generate(List<RequestEvent> published, List<RequestEvent> posted, List<TrafficRecord> bare) {
        TrafficGenerator generator = new TrafficGenerator(population.profile());
        Set<RequestEvent> renamed = java.util.Collections.newSetFromMap(new java.util.IdentityHashMap<>());
        while (generator.hasNext()) {
            switch (generator.next()) {
                case TrafficRecord.Event(var event) -> {
                    if (renamed.add(event)) {
                        event.setAccountId(population.prefix() + event.getAccountId());
                    }
                    boolean odd =
                            event.getAccountId().charAt(event.getAccountId().length() - 1) % 2 == 1;
                    (odd ? published : posted).add(event);
                }
                case TrafficRecord.Impossible impossible -> {
                    RequestEvent event = impossible.event();
                    String key = impossible.key();
                    if (key != null) {
                        event.setAccountId(population.prefix() + event.getAccountId());
                    }
                    bare.add(new TrafficRecord.Impossible(
                            key == null ? null : event.getAccountId(), event, impossible.reason()));
                }
                case TrafficRecord.Malformed malformed ->
                    bare.add(new TrafficRecord.Malformed(
                            population.prefix() + malformed.key(), malformed.value(), malformed.reason()));
            }
        }
    }

    private void publish(List<RequestEvent> events) throws InterruptedException, TimeoutException {
        Pacer pacer = new Pacer(events.size(), size.length());
        for (RequestEvent event : events) {
            pacer.next();
            tools.cluster().publisher().publish(event);
        }
        if (!tools.cluster().publisher().flush(patience)) {
            throw new TimeoutException("the publisher has not delivered within " + patience.toSeconds() + " s");
        }
    }

    private void post(List<RequestEvent> events) throws InterruptedException, TimeoutException {
        Pacer pacer = new Pacer(events.size() / GATEWAY_BATCH + 1, size.length());
        for (int i = 0; i < events.size(); i += GATEWAY_BATCH) {
            pacer.next();
            tools.gateway()
                    .post(
                            events.subList(i, Math.min(events.size(), i + GATEWAY_BATCH)),
                            event -> accepted.add(name(event)),
                            patience);
        }
    }

    private void sendBare(List<TrafficRecord> records)
            throws InterruptedException, ExecutionException, TimeoutException {
        Pacer pacer = new Pacer(records.size(), size.length());
        for (TrafficRecord record : records) {
            pacer.next();
            Future<RecordMetadata> appended;
            String reason;
            switch (record) {
                case TrafficRecord.Impossible impossible -> {
                    reason = impossible.reason();
                    appended = tools.producer()
                            .send(
                                    Topic.REQUEST_EVENTS,
                                    impossible.key(),
                                    tools.producer().bytes(Topic.REQUEST_EVENTS, impossible.event()));
                }
                case TrafficRecord.Malformed malformed -> {
                    reason = malformed.reason();
                    appended = tools.producer().send(Topic.REQUEST_EVENTS, malformed.key(), malformed.value());
                }
                case TrafficRecord.Event event -> throw new IllegalArgumentException(event.toString());
            }
            RecordMetadata metadata = appended.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            broken.put(new Position(metadata.partition(), metadata.offset()), reason);
        }
    }

    private void askGates(List<RequestEvent> events, AtomicBoolean over) throws InterruptedException {
        Random random = new Random(seed);
        while (!over.get() && !events.isEmpty()) {
            RequestEvent event = events.get(random.nextInt(events.size()));
            tools.gates().ask(event.getAccountId(), event.getEndpoint(), event.getProjectId(), event.getApiKeyId());
            Thread.sleep(10);
        }
    }

    /** Judges again and again until everything holds, or nothing has become better for too long. */
    private Map<String, List<String>> awaitGuarantees() throws InterruptedException, TimeoutException {
        long begun = System.nanoTime();
        long deadline = begun + size.patience().toNanos();
        long fewest = Long.MAX_VALUE;
        while (true) {
            Map<String, List<String>> now = judge();
            long count = now.values().stream().mapToLong(List::size).sum();
            if (count == 0 || System.nanoTime() >= deadline) {
                return now;
            }
            if (count < fewest) {
                fewest = count;
                deadline = System.nanoTime() + size.patience().toNanos();
                log.info("after {} ms these do not hold yet: {}", millisSince(begun), now);
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    private Map<String, List<String>> judgeAnyway() throws InterruptedException {
        try {
            return judge();
        } catch (TimeoutException e) {
            return Map.of("the books can be read", List.of(String.valueOf(e)));
        }
    }

    private Map<String, List<String>> judge() throws InterruptedException, TimeoutException {
        Books books = tools.books();
        books.readOn();
        Expectation expectation = Expectation.of(population, books.log(), broken, stories);
        Set<String> all = new HashSet<>(accepted);
        Set<String> suspensions = new HashSet<>();
        Set<String> accounts = new HashSet<>();
        for (Story story : stories) {
            accounts.add(story.account());
            story.callIds().forEach(id -> all.add(story.account() + " " + id));
            for (Story.Step step : story.steps()) {
                AccountEventType type = step.command().getType();
                if (type == AccountEventType.SUSPENDED || type == AccountEventType.REINSTATED) {
                    suspensions.add(step.command().getCommandId());
                }
            }
        }
        for (int i = 0; i < population.profile().accounts(); i++) {
            accounts.add(population.plainAccount(i));
        }
        Evidence evidence = new Evidence(
                books,
                new ClickHouseBooks(tools.cluster().clickHouseConfig(), population.prefix()),
                expectation,
                all,
                suspensions,
                tools.gates().differences(accounts, books.snapshots(), population.plans()),
                List.of());
        Map<String, List<String>> violations = new LinkedHashMap<>();
        for (Guarantee guarantee : Guarantees.all()) {
            List<String> found;
            try {
                found = guarantee.violations(evidence);
            } catch (SQLException e) {
                found = List.of("ClickHouse does not answer: " + e.getMessage());
            }
            if (!found.isEmpty()) {
                violations.put(guarantee.sentence(), found);
            }
        }
        return violations;
    }

    private static long millisSince(long nanos) {
        return (System.nanoTime() - nanos) / 1_000_000;
    }

    /** Spreads a number of steps evenly over a time. */
    private static final class Pacer {
        private final long begun = System.nanoTime();
        private final long stepNanos;
        private long steps;

        Pacer(int steps, Duration length) {
            this.stepNanos = length.toNanos() / Math.max(1, steps);
        }

        void next() throws InterruptedException {
            TimeUnit.NANOSECONDS.sleep(begun + steps++ * stepNanos - System.nanoTime());
        }
    }
}
