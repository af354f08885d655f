package dev.tollgate.benchmarks.engine;

import dev.tollgate.engine.AccountState;
import dev.tollgate.engine.AccountingEngine;
import dev.tollgate.engine.EngineSettings;
import dev.tollgate.engine.index.EventIndex;
import dev.tollgate.engine.index.InMemoryEventIndex;
import dev.tollgate.engine.input.AccountChange;
import dev.tollgate.engine.input.AccountInput;
import dev.tollgate.engine.input.Phase;
import dev.tollgate.engine.input.Position;
import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.engine.output.Outputs;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.engine.output.UsageTotal;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Limit;
import dev.tollgate.planmodel.Meter;
import dev.tollgate.planmodel.Outcome;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.planmodel.Plans;
import dev.tollgate.planmodel.pricing.Cost;
import dev.tollgate.planmodel.pricing.CostTable;
import dev.tollgate.planmodel.pricing.EndpointPattern;
import dev.tollgate.planmodel.time.WindowUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The plain counted path: 50,000 events of one account with distinct ids, in order, a hundred a second, none of which
 * reaches a limit. The events are made beforehand; each invocation begins with an empty account, so that eight minutes'
 * windows are opened and closed in it as in life.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class EngineEventBenchmark {
    private static final int EVENTS = 50_000;
    private static final long NOON = 1_773_144_000_000L;
    private static final long PLENTY = 100_000_000L;

    /**
     * How many limits, and of which kind: the windows of {@code fixed} and {@code leaky} are minute, hour, day and
     * month.
     */
    @Param({"1 fixed", "4 fixed", "12 fixed", "4 leaky", "12 mixed"})
    public String limits = "";

    /** {@code none} remembers nothing: the engine alone. {@code memory} is a hash map on the heap, empty at first. */
    @Param({"none", "memory"})
    public String index = "";

    private final AccountingEngine engine = new AccountingEngine(EngineSettings.defaults());
    private final RequestInput[] events = new RequestInput[EVENTS];
    private final Sink sink = new Sink();
    private Plans plans = Plans.empty();
    private AccountState state = AccountState.empty("acme");
    private EventIndex eventIndex = new NoIndex();

    @Setup
    public void makeEvents() {
        String[] endpoints = {"/v2/mem-it", "POST /v2/notes", "GET /v2/notes/1", "/v2/search"};
        for (int i = 0; i < EVENTS; i++) {
            long time = NOON + i * 10L;
            events[i] = new RequestInput(
                    "0198c7a0-0000-7000-8000-" + (100_000_000_000L + i),
                    "acme",
                    "project-1",
                    "key-1",
                    endpoints[i % endpoints.length],
                    time,
                    Phase.COMPLETED,
                    Outcome.SUCCESS,
                    null,
                    null,
                    null,
                    time + 3,
                    new Position("tollgate.request-events", 0, i));
        }
        String[] words = limits.split(" ");
        plans = Plans.of(plan(Integer.parseInt(words[0]), words[1]));
    }

    /** An account that has been on the plan since 1970 and has called nothing. */
    @Setup(Level.Invocation)
    public void emptyAccount() {
        state = AccountState.empty("acme");
        eventIndex = index.equals("memory") ? new InMemoryEventIndex() : new NoIndex();
        engine.apply(
                state,
                new AccountInput(
                        "assign",
                        "acme",
                        0,
                        0,
                        null,
                        null,
                        new AccountChange.PlanAssigned("plan", AccountChange.Carry.KEEP),
                        new Position("tollgate.account-events", 0, 0)),
                plans,
                eventIndex,
                sink);
        sink.journaled = 0;
    }

    @Benchmark
    @OperationsPerInvocation(EVENTS)
    public @Nullable JournalEntry countedEvent() {
        for (RequestInput event : events) {
            engine.apply(state, event, plans, eventIndex, sink);
        }
        return sink.last;
    }

    /** Proves that what was measured is the path that it should be. */
    @TearDown(Level.Invocation)
    public void check() {
        if (sink.journaled != EVENTS || sink.unexpected > 1) {
            throw new IllegalStateException(sink.journaled + " entries and " + sink.unexpected
                    + " limit events and rejections, expected " + EVENTS + " and the plan's assignment");
        }
        sink.unexpected = 0;
    }

    private static PlanVersion plan(int count, String kind) {
        WindowUnit[] units = {WindowUnit.MINUTE, WindowUnit.DAY, WindowUnit.HOUR, WindowUnit.MONTH};
        List<Limit> all = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            WindowUnit unit = units[i % units.length];
            Algorithm algorithm = kind.equals("leaky") || kind.equals("mixed") && i % 3 == 1
                    ? new Algorithm.LeakyBucket(unit.maxMillis())
                    : kind.equals("mixed") && i % 3 == 2
                            ? new Algorithm.SlidingWindow(unit.maxMillis())
                            : new Algorithm.FixedWindow(unit);
            all.add(Limit.enforced("limit-" + i, i % 2 == 0 ? "requests" : "complexity", PLENTY, algorithm));
        }
        return new PlanVersion(
                "plan",
                1,
                0,
                0,
                "Plan",
                List.of(
                        new Meter("requests", "request", CostTable.flat(1)),
                        new Meter(
                                "complexity",
                                "token",
                                new CostTable(
                                        Cost.flat(1),
                                        List.of(new CostTable.Entry(
                                                EndpointPattern.of("/v2/mem-it"), Cost.flat(40)))))),
                all,
                List.of(),
                PlanVersion.DEFAULT_CONSUMPTION);
    }

    /** Remembers nothing. */
    private static final class NoIndex implements EventIndex {
        @Override
        public @Nullable JournalEntry find(String eventId, long fromMillis, long toMillis) {
            return null;
        }

        @Override
        public void put(JournalEntry entry) {}

        @Override
        public void remove(String eventId, long occurredAtMillis) {}

        @Override
        public boolean scan(long fromMillis, long toMillis, int most, Consumer<JournalEntry> reader) {
            return true;
        }

        @Override
        public void expireBefore(long occurredAtMillis) {}
    }

    /** Keeps the last entry, so that it has to be made. */
    private static final class Sink implements Outputs {
        private @Nullable JournalEntry last;
        private int journaled;
        private int unexpected;

        @Override
        public void journal(JournalEntry entry) {
            last = entry;
            journaled++;
        }

        @Override
        public void total(UsageTotal total) {}

        @Override
        public void limitEvent(LimitEvent event) {
            unexpected++;
        }

        @Override
        public void rejected(RejectionReason reason, String detail) {
            unexpected++;
        }
    }
}
