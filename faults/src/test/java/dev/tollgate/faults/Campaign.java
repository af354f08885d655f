package dev.tollgate.faults;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.faults.cluster.Cluster;
import dev.tollgate.faults.guarantee.Books;
import dev.tollgate.faults.traffic.GatewayClient;
import dev.tollgate.faults.traffic.GroupProgress;
import dev.tollgate.faults.traffic.Population;
import dev.tollgate.faults.traffic.RawProducer;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.topic.Topic;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.RecordMetadata;

/** A number of rounds on one cluster. After a round that fails the next one gets a new cluster. */
final class Campaign {
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    /** How long a version of a plan is in the catalog before it counts, and some. */
    private static final Duration SETTLED = Duration.ofSeconds(6);

    private final Options options;
    private final Set<String> accepted = ConcurrentHashMap.newKeySet();
    private final List<Round.Outcome> outcomes = new ArrayList<>();

    /**
     * What to run.
     *
     * @param rounds how many
     * @param seed of the first round; the others' follow from it
     * @param secondsOfTraffic of each round
     * @param kinds of faults
     * @param folder for data, logs and the summary
     */
    record Options(
            int rounds, long seed, int secondsOfTraffic, Set<Fault.Kind> kinds, boolean longPauses, Path folder) {}

    Campaign(Options options) {
        this.options = options;
    }

    /** Seeds of the rounds: run alone with its seed, a round draws the same traffic and the same faults. */
    static long seedOf(long campaignSeed, int round) {
        if (round == 0) {
            return campaignSeed;
        }
        // Of one sequence: campaigns whose seeds follow each other have no round in common.
        return new SplittableRandom(campaignSeed)
                .longs(1, 1L << 40)
                .skip(round - 1L)
                .findFirst()
                .orElseThrow();
    }

    List<Round.Outcome> run() throws InterruptedException, IOException {
        if (Files.exists(options.folder())) {
            Folders.delete(options.folder());
        }
        int round = 0;
        int stack = 0;
        while (round < options.rounds()) {
            round = runOnOneCluster(round, options.folder().resolve("cluster-" + ++stack));
        }
        summarize();
        return outcomes;
    }

    /**
     * Runs one round on a cluster of its own, with a schedule of the caller's.
     *
     * @param look is shown the books at the end
     */
    Round.Outcome runOne(Cluster.Shape shape, Schedule schedule, Consumer<Books> look)
            throws InterruptedException, IOException {
        if (Files.exists(options.folder())) {
            Folders.delete(options.folder());
        }
        on(shape, options.folder(), tools -> {
            Prepared prepared = prepare(tools.producer(), 0);
            awaitSettled(prepared);
            outcomes.add(run(tools, 0, prepared, schedule));
            look.accept(tools.books());
        });
        return outcomes.getLast();
    }

    /** Runs rounds until one fails or all are done, and returns the next one's number. */
    private int runOnOneCluster(int first, Path folder) throws InterruptedException {
        on(Cluster.Shape.STANDARD, folder, tools -> {
            Prepared next = prepare(tools.producer(), first);
            for (int round = first; round < options.rounds(); round++) {
                Prepared prepared = next;
                awaitSettled(prepared);
                next = round + 1 < options.rounds() ? prepare(tools.producer(), round + 1) : prepared;
                Schedule schedule = Schedule.of(
                        seedOf(options.seed(), round),
                        Duration.ofSeconds(options.secondsOfTraffic()),
                        options.kinds(),
                        options.longPauses());
                Round.Outcome outcome = run(tools, round, prepared, schedule);
                outcomes.add(outcome);
                if (!outcome.isClean()) {
                    say("  its processes' logs are in %s", folder.resolve("logs"));
                    return;
                }
            }
        });
        return outcomes.size();
    }

    private interface Work {
        void with(Round.Tools tools) throws InterruptedException, ExecutionException, TimeoutException;
    }

    private void on(Cluster.Shape shape, Path folder, Work work) throws InterruptedException {
        long begun = System.nanoTime();
        try (Cluster cluster = Cluster.start(folder, shape, event -> accepted.add(Round.name(event)));
                RawProducer producer =
                        new RawProducer(cluster.bootstrapServers(), cluster.registryClient(), cluster.layout());
                GroupProgress accounting = new GroupProgress(cluster.bootstrapServers(), "tollgate-accounting");
                Books books = new Books(cluster.bootstrapServers(), cluster.registryClient(), cluster.layout());
                GateWatch gates = GateWatch.start(cluster);
                GatewayClient gateway = new GatewayClient(cluster.gatewayEvents());
                Injector injector = new Injector(cluster)) {
            say("cluster is up after %.1f s in %s", (System.nanoTime() - begun) / 1e9, folder);
            work.with(new Round.Tools(cluster, injector, producer, accounting, books, gates, gateway));
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("a round's plans could not be published", e);
        }
    }

    /** A round whose plans are on their way into the catalog. */
    private record Prepared(Population population, List<Future<RecordMetadata>> plans) {}

    private Prepared prepare(RawProducer producer, int round) {
        Round.Size size = Round.Size.ofSeconds(options.secondsOfTraffic());
        Population population = Population.of(
                seedOf(options.seed(), round), Instant.now(), size.events(), size.accounts(), size.stories());
        List<Future<RecordMetadata>> appended = new ArrayList<>();
        for (Plan plan : population.plans()) {
            appended.add(producer.send(Topic.PLAN_CATALOG, plan.getPlanId(), plan));
        }
        return new Prepared(population, appended);
    }

    private static void awaitSettled(Prepared prepared)
            throws InterruptedException, ExecutionException, TimeoutException {
        long newest = 0;
        for (Future<RecordMetadata> plan : prepared.plans()) {
            newest = Math.max(
                    newest, plan.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS).timestamp());
        }
        Thread.sleep(Math.max(0, newest + SETTLED.toMillis() - System.currentTimeMillis()));
    }

    private Round.Outcome run(Round.Tools tools, int number, Prepared prepared, Schedule schedule)
            throws InterruptedException {
        long seed = seedOf(options.seed(), number);
        say("round %d of %d, seed %d", number + 1, options.rounds(), seed);
        schedule.strikes().forEach(strike -> say("  %s", strike));
        accepted.clear();
        Round.Outcome outcome = new Round(
                        tools,
                        seed,
                        prepared.population(),
                        schedule,
                        Round.Size.ofSeconds(options.secondsOfTraffic()),
                        accepted)
                .run();
        say(
                "  %s: %d events, %d commands, %.1f s of traffic, recovered after %.1f s; %s",
                outcome.isClean() ? "everything holds" : "FAILED",
                outcome.events(),
                outcome.commands(),
                outcome.trafficMillis() / 1_000.0,
                outcome.recoveryMillis() / 1_000.0,
                outcome.tally());
        outcome.violations().forEach((guarantee, found) -> {
            say("  does not hold: %s", guarantee);
            found.forEach(violation -> say("    %s", violation));
        });
        if (!outcome.isClean()) {
            say(
                    "  once more: mvn verify -Pfaults -Dfaults.rounds=1 -Dfaults.seed=%d -Dfaults.seconds=%d",
                    seed, options.secondsOfTraffic());
        }
        return outcome;
    }

    private void summarize() throws IOException {
        ObjectNode summary = new ObjectMapper().createObjectNode();
        long failed = outcomes.stream().filter(outcome -> !outcome.isClean()).count();
        summary.put("seed", options.seed());
        summary.put("rounds", outcomes.size());
        summary.put("failed", failed);
        summary.put("events", outcomes.stream().mapToLong(Round.Outcome::events).sum());
        summary.put(
                "commands", outcomes.stream().mapToLong(Round.Outcome::commands).sum());
        summary.put(
                "kills",
                outcomes.stream().mapToLong(each -> each.tally().kills()).sum());
        summary.put(
                "pauses",
                outcomes.stream().mapToLong(each -> each.tally().pauses()).sum());
        summary.put(
                "cuts", outcomes.stream().mapToLong(each -> each.tally().cuts()).sum());
        summary.put(
                "orderlyRestarts",
                outcomes.stream().mapToLong(each -> each.tally().restarts()).sum());
        summary.put(
                "renames",
                outcomes.stream().mapToLong(each -> each.tally().renames()).sum());
        summary.put(
                "longestRecoveryMillis",
                outcomes.stream()
                        .filter(Round.Outcome::isClean)
                        .mapToLong(Round.Outcome::recoveryMillis)
                        .max()
                        .orElse(0));
        var failures = summary.putArray("failures");
        outcomes.stream().filter(outcome -> !outcome.isClean()).forEach(outcome -> {
            ObjectNode failure = failures.addObject().put("seed", outcome.seed());
            ObjectNode violations = failure.putObject("violations");
            outcome.violations().forEach((guarantee, found) -> {
                var list = violations.putArray(guarantee);
                found.forEach(list::add);
            });
        });
        Files.createDirectories(options.folder());
        new ObjectMapper()
                .writerWithDefaultPrettyPrinter()
                .writeValue(options.folder().resolve("summary.json").toFile(), summary);
        say("summary: %s", summary.deepCopy().without(List.of("failures")));
    }

    @SuppressWarnings("AnnotateFormatMethod") // Only called with constants here.
    private static void say(String format, Object... arguments) {
        System.out.println("faults: " + String.format(java.util.Locale.ROOT, format, arguments));
    }
}
