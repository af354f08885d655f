package dev.tollgate.streams.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.DeadLetter;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.UsageTotal;
import dev.tollgate.schemas.avro.Verdict;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.streams.store.AccountRecord;
import dev.tollgate.streams.store.KafkaAccountStore;
import dev.tollgate.streams.store.StoreContents;
import dev.tollgate.testkit.oracle.Oracle;
import dev.tollgate.testkit.oracle.OracleFact;
import dev.tollgate.testkit.oracle.OracleVerdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;

/** What has to hold when a simulation is over, whatever has happened in it. */
final class SimulationChecks {
    /** Names a record of an input topic. */
    private record Source(String topic, int partition, long offset) {}

    private final AccountingSimulation simulation;
    private final SimulatedLog log;
    private final AccountingSimulation.Replay replay;
    private final SimulatedLog replayed;
    private final int partitions;

    SimulationChecks(AccountingSimulation simulation) {
        this.simulation = simulation;
        this.log = simulation.log();
        this.replay = simulation.replay();
        this.replayed = replay.log();
        this.partitions = simulation.config().topics().partitions();
    }

    /** All of them. */
    void check() {
        everyRequestHasOneAnswer();
        booksAreThoseOfTheReplay();
        limitEventIdsAreUnique();
        versionsGrow();
        whatWasAbortedCameAgainTheSame();
        theOracleAgrees();
        totalsAreTheSumOfTheJournal();
        nothingIsHeldBack();
        for (int partition = 0; partition < partitions; partition++) {
            SimulatedTask task = simulation.task(partition);
            stateIsThatOfTheChangelog(log, task, task.changelogEnds());
            stateIsThatOfTheReplay(
                    task, Objects.requireNonNull(replay.instance().task(partition)));
        }
    }

    /**
     * What a task's stores hold is what the committed records of its changelogs say.
     *
     * @param upTo offset by store up to which the task follows its changelog
     */
    static void stateIsThatOfTheChangelog(SimulatedLog log, SimulatedTask task, Map<String, Long> upTo) {
        task.content().forEach((store, content) -> {
            Map<Bytes, byte[]> expected = new HashMap<>();
            TopicPartition changelog = SimulatedTask.changelog(store, task.partition());
            int most = Math.toIntExact(Objects.requireNonNull(upTo.get(store)));
            log.readCommitted(changelog, 0, most, entry -> {
                Bytes key = Bytes.wrap(Objects.requireNonNull(entry.key()));
                byte[] value = entry.value();
                if (value == null) {
                    expected.remove(key);
                } else {
                    expected.put(key, value);
                }
            });
            assertThat(content.keySet()).as("keys of %s in %s", store, task).isEqualTo(expected.keySet());
            expected.forEach((key, value) -> assertThat(content.get(key))
                    .as("entry %s of %s in %s", key, store, task)
                    .isEqualTo(value));
        });
    }

    /**
     * What the role remembers of accounts hangs on nothing but its input either, but for how the commits have cut it
     * into records. The agenda has what is held back, and for how long it stays named after that, which goes by the
     * wall clock.
     */
    private static void stateIsThatOfTheReplay(SimulatedTask task, SimulatedTask replayed) {
        Map<String, Map<Bytes, byte[]>> expected = comparable(replayed.content());
        comparable(task.content()).forEach((store, content) -> {
            Map<Bytes, byte[]> other = Objects.requireNonNull(expected.get(store));
            assertThat(content.keySet())
                    .as("keys of %s in %s as in the replay", store, task)
                    .isEqualTo(other.keySet());
            content.forEach((key, value) -> assertThat(value)
                    .as("entry %s of %s in %s as in the replay", key, store, task)
                    .isEqualTo(other.get(key)));
        });
    }

    /** What hangs on the input alone. */
    private static Map<String, Map<Bytes, byte[]>> comparable(Map<String, Map<Bytes, byte[]>> stores) {
        Map<Bytes, byte[]> accounts = Objects.requireNonNull(stores.get(TopologyNames.ACCOUNT_STORE));
        Map<Bytes, byte[]> events = Objects.requireNonNull(stores.get(TopologyNames.EVENT_STORE));
        return Map.of(
                TopologyNames.ACCOUNT_STORE,
                StoreContents.accounts(accounts),
                TopologyNames.EVENT_STORE,
                StoreContents.events(accounts, events),
                TopologyNames.SCOPE_STORE,
                Objects.requireNonNull(stores.get(TopologyNames.SCOPE_STORE)));
    }

    /** What is in memory of a store is bounded. */
    static void pendingWritesAreBounded(SimulatedTask task) {
        assertThat(task.pendingWrites())
                .as("pending writes of %s", task)
                .isLessThanOrEqualTo(task.pendingWritesBound());
    }

    private void everyRequestHasOneAnswer() {
        Map<Source, Integer> answers = new HashMap<>();
        for (UsageJournalEntry entry : committed(log, Topic.USAGE_JOURNAL, UsageJournalEntry.class)) {
            if (isFirstAnswer(entry)) {
                answers.merge(sourceOf(entry), 1, Integer::sum);
            }
        }
        for (DeadLetter letter : committed(log, Topic.DEAD_LETTERS, DeadLetter.class)) {
            answers.merge(sourceOf(letter), 1, Integer::sum);
        }
        Map<Source, Integer> expected = new HashMap<>();
        String requests = simulation.config().topics().name(Topic.REQUEST_EVENTS);
        for (int partition = 0; partition < partitions; partition++) {
            for (SimulatedLog.Entry entry : log.of(new TopicPartition(requests, partition))) {
                expected.put(new Source(requests, partition, entry.offset()), 1);
            }
        }
        // A command has none, or one dead letter.
        answers.entrySet().removeIf(answer -> !answer.getKey().topic().equals(requests) && answer.getValue() == 1);
        assertThat(answers).as("answers to each request").isEqualTo(expected);
    }

    private static boolean isFirstAnswer(UsageJournalEntry entry) {
        return entry.getCorrectionId() == null && entry.getVerdict() != Verdict.VOIDED;
    }

    private static Source sourceOf(UsageJournalEntry entry) {
        return new Source(entry.getSourceTopic(), entry.getSourcePartition(), entry.getSourceOffset());
    }

    private static Source sourceOf(DeadLetter letter) {
        return new Source(letter.getSourceTopic(), letter.getSourcePartition(), letter.getSourceOffset());
    }

    private void booksAreThoseOfTheReplay() {
        for (int partition = 0; partition < partitions; partition++) {
            same(
                    "journal entry of partition " + partition,
                    committed(log, Topic.USAGE_JOURNAL, partition, UsageJournalEntry.class),
                    committed(replayed, Topic.USAGE_JOURNAL, partition, UsageJournalEntry.class));
        }
        sameByAccount("final total", finalTotals(log), finalTotals(replayed), UsageTotal::getAccountId);
        sameByAccount(
                "limit event",
                committed(log, Topic.LIMIT_EVENTS, LimitEvent.class),
                committed(replayed, Topic.LIMIT_EVENTS, LimitEvent.class),
                LimitEvent::getAccountId);
    }

    private static <T extends SpecificRecord> void sameByAccount(
            String what, List<T> found, List<T> replayed, Function<T, String> accountOf) {
        Map<String, List<T>> foundByAccount = found.stream().collect(Collectors.groupingBy(accountOf));
        Map<String, List<T>> replayedByAccount = replayed.stream().collect(Collectors.groupingBy(accountOf));
        replayedByAccount.forEach((account, expected) ->
                same(what + " of " + account, foundByAccount.getOrDefault(account, List.of()), expected));
        assertThat(foundByAccount.keySet()).as("accounts with a %s", what).isEqualTo(replayedByAccount.keySet());
    }

    /** Names the first difference, and of it the fields that differ. */
    private static <T extends SpecificRecord> void same(String what, List<T> found, List<T> replayed) {
        for (int i = 0; i < Math.max(found.size(), replayed.size()); i++) {
            T here = i < found.size() ? found.get(i) : null;
            T there = i < replayed.size() ? replayed.get(i) : null;
            if (here == null || there == null) {
                throw new AssertionError("%s %d of %d, of the replay of %d: here %s, there %s"
                        .formatted(what, i, found.size(), replayed.size(), here, there));
            }
            List<String> fields = new ArrayList<>();
            for (Schema.Field field : here.getSchema().getFields()) {
                Object one = here.get(field.pos());
                Object other = there.get(field.pos());
                if (!Objects.equals(one, other)) {
                    fields.add(field.name() + " " + one + " instead of " + other);
                }
            }
            if (!fields.isEmpty()) {
                throw new AssertionError("%s %d is not as in the replay: %s in %s".formatted(what, i, fields, here));
            }
        }
    }

    private List<UsageTotal> finalTotals(SimulatedLog of) {
        return committed(of, Topic.USAGE_TOTALS, UsageTotal.class).stream()
                .filter(UsageTotal::getClosed)
                .toList();
    }

    private void limitEventIdsAreUnique() {
        Set<String> ids = new HashSet<>();
        committed(log, Topic.LIMIT_EVENTS, LimitEvent.class)
                .forEach(event -> assertThat(ids.add(event.getLimitEventId()))
                        .as("id is new: %s", event)
                        .isTrue());
    }

    private void versionsGrow() {
        Map<String, Long> events = new HashMap<>();
        committed(log, Topic.LIMIT_EVENTS, LimitEvent.class)
                .forEach(event -> grows(events, event.getAccountId(), event.getVersion(), true, event));
        Map<String, Long> states = new HashMap<>();
        committed(log, Topic.LIMIT_STATE, LimitState.class)
                .forEach(state -> grows(states, state.getAccountId(), state.getVersion(), false, state));
    }

    private static void grows(
            Map<String, Long> versions, String account, long version, boolean strictly, SpecificRecord record) {
        Long before = versions.put(account, version);
        if (before != null) {
            assertThat(version)
                    .as("version after %d: %s", before, record)
                    .isGreaterThanOrEqualTo(strictly ? before + 1 : before);
        }
    }

    /**
     * Whoever reads uncommitted data acts on what it sees at once: it must come again. That is not asked of a member
     * that was left out of the group, revived a task and asked for positions that the next owner had committed
     * meanwhile.
     */
    private void whatWasAbortedCameAgainTheSame() {
        Set<UsageJournalEntry> journal = new HashSet<>(committed(log, Topic.USAGE_JOURNAL, UsageJournalEntry.class));
        assertThat(aborted(Topic.USAGE_JOURNAL, UsageJournalEntry.class))
                .as("aborted journal entries")
                .allMatch(journal::contains);
        Set<LimitEvent> events = new HashSet<>(committed(log, Topic.LIMIT_EVENTS, LimitEvent.class));
        assertThat(aborted(Topic.LIMIT_EVENTS, LimitEvent.class))
                .as("aborted limit events")
                .allMatch(events::contains);
        Set<UsageTotal> totals = new HashSet<>(finalTotals(log));
        assertThat(aborted(Topic.USAGE_TOTALS, UsageTotal.class).stream().filter(UsageTotal::getClosed))
                .as("aborted final totals")
                .allMatch(totals::contains);
    }

    /**
     * A recount that shares nothing with the engine and knows no windows: for each account and limit, all totals
     * together are what the journal says was charged and not taken back, but for what came too late. It holds for
     * accounts on a plan that changes, too, of which the oracle is not told.
     */
    private void totalsAreTheSumOfTheJournal() {
        Map<List<String>, Long> charged = new HashMap<>();
        for (UsageJournalEntry entry : committed(log, Topic.USAGE_JOURNAL, UsageJournalEntry.class)) {
            Verdict verdict = entry.getVerdict();
            if (entry.getPlanVersion() == 0
                    || verdict != Verdict.COUNTED && verdict != Verdict.VOIDED && verdict != Verdict.AMENDED) {
                continue;
            }
            PlanVersion version = simulation.traffic().versionOf(entry.getPlanId(), entry.getPlanVersion());
            for (Limit limit : version.getLimits()) {
                if (limit.getAlgorithm() == Algorithm.FIXED_WINDOW
                        && !entry.getLateLimits().contains(limit.getLimitId())) {
                    charged.merge(
                            List.of(entry.getAccountId(), limit.getLimitId()),
                            entry.getCosts().getOrDefault(limit.getMeterId(), 0L),
                            Long::sum);
                }
            }
        }
        charged.values().removeIf(sum -> sum == 0);
        Map<List<String>, Long> counted = new HashMap<>();
        newestTotals()
                .forEach((account, cells) ->
                        cells.forEach((cell, used) -> counted.merge(List.of(account, cell.limit()), used, Long::sum)));
        assertThat(counted).as("sums of totals by account and limit").isEqualTo(charged);
    }

    private void theOracleAgrees() {
        Map<String, Map<Oracle.Cell, Long>> totals = newestTotals();
        Map<Source, String> verdicts = new HashMap<>();
        committed(log, Topic.USAGE_JOURNAL, UsageJournalEntry.class).stream()
                .filter(SimulationChecks::isFirstAnswer)
                .forEach(entry ->
                        verdicts.put(sourceOf(entry), entry.getVerdict().name()));
        Map<String, List<Source>> requests = requestsByAccount();
        for (SimulatedTraffic.History history : simulation.traffic().toldHistories()) {
            Oracle oracle = new Oracle(
                    simulation.config().engine().allowedSkewMillis(),
                    simulation.config().engine().dedupeHorizonMillis(),
                    simulation.traffic().oraclePlans());
            List<Source> sources = requests.getOrDefault(history.account(), List.of());
            int number = 0;
            for (OracleFact fact : history.facts()) {
                OracleVerdict expected = oracle.add(fact);
                if (expected != null) {
                    String found = verdicts.getOrDefault(sources.get(number++), OracleVerdict.REJECTED.name());
                    assertThat(found).as("verdict on %s", fact).isEqualTo(expected.name());
                }
            }
            assertThat(totals.getOrDefault(history.account(), Map.of()))
                    .as("totals of %s", history.account())
                    .isEqualTo(oracle.totals());
        }
    }

    /** Where the requests of each account stand that the oracle was told of, in their order. */
    private Map<String, List<Source>> requestsByAccount() {
        Map<String, List<Source>> sources = new HashMap<>();
        Map<TopicPartition, Long> offsets = new HashMap<>();
        String requests = simulation.config().topics().name(Topic.REQUEST_EVENTS);
        for (SimulatedTraffic.Arrival arrival : simulation.traffic().arrivals()) {
            long offset = offsets.merge(arrival.place(), 1L, Long::sum) - 1;
            if (arrival.place().topic().equals(requests) && arrival.account() != null) {
                sources.computeIfAbsent(arrival.account(), _ -> new ArrayList<>())
                        .add(new Source(requests, arrival.place().partition(), offset));
            }
        }
        return sources;
    }

    private Map<String, Map<Oracle.Cell, Long>> newestTotals() {
        Map<String, Map<Oracle.Cell, Long>> closed = new HashMap<>();
        record Window(Oracle.Cell cell, String scope, String meter, String length) {}
        Map<String, Map<Window, Long>> open = new HashMap<>();
        for (UsageTotal total : committed(log, Topic.USAGE_TOTALS, UsageTotal.class)) {
            Oracle.Cell cell = new Oracle.Cell(
                    total.getLimitId(),
                    total.getScopeKey(),
                    total.getWindowStart().toEpochMilli());
            Window window = new Window(cell, total.getScope().name(), total.getMeterId(), total.getWindow());
            if (total.getClosed()) {
                closed.computeIfAbsent(total.getAccountId(), _ -> new HashMap<>())
                        .merge(cell, total.getUsed(), Long::sum);
                open.getOrDefault(total.getAccountId(), new HashMap<>()).remove(window);
            } else {
                open.computeIfAbsent(total.getAccountId(), _ -> new HashMap<>()).put(window, total.getUsed());
            }
        }
        open.forEach((account, windows) -> windows.forEach((window, used) ->
                closed.computeIfAbsent(account, _ -> new HashMap<>()).merge(window.cell(), used, Long::sum)));
        closed.values().forEach(cells -> cells.values().removeIf(used -> used == 0));
        return closed;
    }

    /** The newest snapshot of each account is that of its newest version. */
    private void nothingIsHeldBack() {
        Map<String, Long> said = new HashMap<>();
        committed(log, Topic.LIMIT_STATE, LimitState.class).stream()
                .filter(state -> state.getScope() == null)
                .forEach(state -> said.put(state.getAccountId(), state.getVersion()));
        Map<String, Long> versions = new LinkedHashMap<>();
        for (int partition = 0; partition < partitions; partition++) {
            new KafkaAccountStore(
                            simulation.task(partition).store(TopologyNames.ACCOUNT_STORE),
                            simulation.task(partition).store(TopologyNames.SCOPE_STORE),
                            1 << 20)
                    .scan(null, Integer.MAX_VALUE, account -> {
                        if (account.lastOffset() != AccountRecord.NO_OFFSET
                                || account.state().version() > 0) {
                            versions.put(account.accountId(), account.state().version());
                        }
                    });
        }
        assertThat(said).as("newest snapshots").isEqualTo(versions);
    }

    private <T extends SpecificRecord> List<T> committed(SimulatedLog of, Topic topic, Class<T> type) {
        List<T> all = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            all.addAll(committed(of, topic, partition, type));
        }
        return all;
    }

    private <T extends SpecificRecord> List<T> committed(SimulatedLog of, Topic topic, int partition, Class<T> type) {
        return read(of, topic, partition, type, SimulatedLog.Entry::isCommitted);
    }

    private <T extends SpecificRecord> List<T> aborted(Topic topic, Class<T> type) {
        List<T> all = new ArrayList<>();
        for (int partition = 0; partition < partitions; partition++) {
            all.addAll(read(log, topic, partition, type, entry -> entry.isAborted() && !entry.isOfThePast()));
        }
        return all;
    }

    private <T extends SpecificRecord> List<T> read(
            SimulatedLog of, Topic topic, int partition, Class<T> type, Predicate<SimulatedLog.Entry> which) {
        return of.of(new TopicPartition(simulation.config().topics().name(topic), partition)).stream()
                .filter(which)
                // limit-state has tombstones.
                .filter(entry -> entry.decoded() != null)
                .map(entry -> type.cast(Objects.requireNonNull(entry.decoded())))
                .toList();
    }
}
