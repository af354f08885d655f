package dev.tollgate.streams.metrics;

import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.engine.output.Verdict;
import dev.tollgate.schemas.micrometer.DeclaredMeters;
import dev.tollgate.schemas.micrometer.EnumCounters;
import dev.tollgate.streams.translate.DeadLetterReason;
import dev.tollgate.streams.translate.RecordRejectionReason;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;

/**
 * What one instance of the accounting role has counted since it began, in the meters that {@link StreamsMeters}
 * declares. All of them are there with 0 from the start, except for the gauge of {@link #watchCatalog}. Thread-safe.
 */
public final class AccountingMetrics {
    /** Entries of the journal. */
    public final EnumCounters<Verdict> journal;

    /** Limit events. */
    public final EnumCounters<LimitEvent.Kind> limitEvents;

    /** Commands that were applied. */
    public final Counter commands;

    /** Records written to usage-totals. */
    public final Counter usageTotals;

    /** Records written to limit-state. */
    public final Counter limitStates;

    /** Accounts whose outputs could not be held back for as long as they should. */
    public final Counter earlyEmissions;

    /** Ticks given to accounts. */
    public final Counter ticks;

    /** Accounts whose held-back outputs were emitted after a restart. */
    public final Counter recoveredAccounts;

    /** Records of the plan catalog that cannot be used. */
    public final Counter rejectedCatalogRecords;

    /** Waits for the plan catalog. */
    public final Counter catalogWaits;

    /** Tasks that were opened a second time. */
    public final Counter revivedTasks;

    /** Calls of timers of tasks that were closed. */
    public final Counter staleTimerCalls;

    /** Stream threads that ended by a fault. */
    public final Counter replacedThreads;

    /** How often Kafka Streams was made anew. */
    public final Counter restarts;

    private final MeterRegistry registry;
    private final DeclaredMeters meters;
    private final EnumCounters<RecordRejectionReason> rejectedRecords;
    private final EnumCounters<RejectionReason> rejectedByEngine;
    private final Timer limitEventDelay;
    private final AtomicInteger waitingForRegistry = new AtomicInteger();

    /** Figures that nobody else reads. */
    public AccountingMetrics() {
        this(new SimpleMeterRegistry());
    }

    /**
     * Registers the meters.
     *
     * @param registry of one instance: two that share it are counted together
     */
    public AccountingMetrics(MeterRegistry registry) {
        this.registry = registry;
        meters = new DeclaredMeters(registry);
        journal = meters.counters(StreamsMeters.JOURNAL, Verdict.class);
        rejectedRecords = meters.counters(StreamsMeters.DEAD_LETTERS, RecordRejectionReason.class);
        rejectedByEngine = meters.counters(StreamsMeters.DEAD_LETTERS, RejectionReason.class);
        limitEvents = meters.counters(StreamsMeters.LIMIT_EVENTS, LimitEvent.Kind.class);
        limitEventDelay = meters.timer(StreamsMeters.LIMIT_EVENT_DELAY);
        commands = meters.counter(StreamsMeters.COMMANDS);
        usageTotals = meters.counter(StreamsMeters.USAGE_TOTALS);
        limitStates = meters.counter(StreamsMeters.LIMIT_STATE);
        earlyEmissions = meters.counter(StreamsMeters.EARLY_EMISSIONS);
        ticks = meters.counter(StreamsMeters.TICKS);
        recoveredAccounts = meters.counter(StreamsMeters.RECOVERED);
        rejectedCatalogRecords = meters.counter(StreamsMeters.CATALOG_REJECTED);
        catalogWaits = meters.counter(StreamsMeters.CATALOG_WAITS);
        revivedTasks = meters.counter(StreamsMeters.REVIVED_TASKS);
        staleTimerCalls = meters.counter(StreamsMeters.STALE_TIMERS);
        replacedThreads = meters.counter(StreamsMeters.REPLACED_THREADS);
        restarts = meters.counter(StreamsMeters.RESTARTS);
        meters.gauge(StreamsMeters.CATALOG_WAITING_FOR_REGISTRY, waitingForRegistry::get);
    }

    /** One more dead letter. */
    public void countDeadLetter(DeadLetterReason reason) {
        switch (reason) {
            case RecordRejectionReason record -> rejectedRecords.increment(record);
            case DeadLetterReason.ByEngine byEngine -> rejectedByEngine.increment(byEngine.reason());
        }
    }

    /**
     * One more limit event.
     *
     * @param delayMillis from its cause to now; below zero, as clocks may differ, counts as zero
     */
    public void countLimitEvent(LimitEvent.Kind kind, long delayMillis) {
        limitEvents.increment(kind);
        limitEventDelay.record(Math.max(0, delayMillis), TimeUnit.MILLISECONDS);
    }

    /** Shows how many tasks wait for the plan catalog. */
    public void watchCatalog(Supplier<Number> waitingTasks) {
        meters.gauge(StreamsMeters.CATALOG_WAITING_TASKS, waitingTasks);
    }

    /** Whether the reader of the plan catalog waits for a schema now. */
    public void setWaitingForRegistry(boolean waiting) {
        waitingForRegistry.set(waiting ? 1 : 0);
    }

    /** Where the meters are. */
    public MeterRegistry registry() {
        return registry;
    }

    /** What is not zero, for people. */
    @Override
    public String toString() {
        Map<String, Double> figures = new TreeMap<>();
        for (Meter meter : registry.getMeters()) {
            if (meter.getId().getName().startsWith("tollgate.streams.")) {
                double value = meter.measure().iterator().next().getValue();
                if (value != 0) {
                    figures.put(meter.getId().getName() + meter.getId().getTags(), value);
                }
            }
        }
        return figures.toString();
    }
}
