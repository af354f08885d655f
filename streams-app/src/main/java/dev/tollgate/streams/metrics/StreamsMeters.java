package dev.tollgate.streams.metrics;

import static dev.tollgate.schemas.metrics.MeterDeclaration.counter;
import static dev.tollgate.schemas.metrics.MeterDeclaration.gauge;
import static dev.tollgate.schemas.metrics.MeterDeclaration.histogram;

import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.engine.output.Verdict;
import dev.tollgate.schemas.metrics.MeterDeclaration;
import dev.tollgate.schemas.metrics.MeterGroup;
import dev.tollgate.schemas.metrics.TagDeclaration;
import dev.tollgate.streams.translate.RecordRejectionReason;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;

/**
 * The meters of the accounting role. What a transaction aborted and a task counted again is counted twice here, never
 * in the topics.
 */
public final class StreamsMeters {
    static final MeterDeclaration JOURNAL = counter(
            "tollgate.streams.journal.entries",
            "entries",
            "entries of the journal, by verdict",
            TagDeclaration.of("verdict", Verdict.class));

    static final MeterDeclaration DEAD_LETTERS = counter(
            "tollgate.streams.dead.letters",
            "letters",
            "records that were rejected, by the reason in the dead letter",
            TagDeclaration.of("reason", RecordRejectionReason.class, RejectionReason.class));

    static final MeterDeclaration LIMIT_EVENTS = counter(
            "tollgate.streams.limit.events",
            "events",
            "limit events, by kind",
            TagDeclaration.of("kind", LimitEvent.Kind.class));

    static final MeterDeclaration LIMIT_EVENT_DELAY = histogram(
            "tollgate.streams.limit.event.delay",
            milliseconds(5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 60_000),
            "from the append of the record that caused a limit event, or from the moment that did, to the emission of"
                    + " the event; large while a backlog is read");

    static final MeterDeclaration COMMANDS =
            counter("tollgate.streams.commands", "commands", "account commands that were applied");

    static final MeterDeclaration USAGE_TOTALS =
            counter("tollgate.streams.usage.totals.records", "records", "records written to `usage-totals`");

    static final MeterDeclaration LIMIT_STATE =
            counter("tollgate.streams.limit.state.records", "records", "records written to `limit-state`");

    static final MeterDeclaration EARLY_EMISSIONS = counter(
            "tollgate.streams.early.emissions",
            "emissions",
            "accounts that left the cache while outputs were held back, which were then emitted at once;"
                    + " `accounting.cache-bytes` is too small if this grows");

    static final MeterDeclaration TICKS =
            counter("tollgate.streams.ticks", "ticks", "times that an account was told that time has passed");

    static final MeterDeclaration RECOVERED = counter(
            "tollgate.streams.recovered.accounts",
            "accounts",
            "accounts whose held-back outputs were emitted after a restart");

    static final MeterDeclaration CATALOG_REJECTED = counter(
            "tollgate.streams.catalog.rejected.records", "records", "records of the plan catalog that cannot be used");

    static final MeterDeclaration CATALOG_WAITS = counter(
            "tollgate.streams.catalog.waits",
            "waits",
            "times that a task waited for the plan catalog to be read far enough for its next record");

    static final MeterDeclaration CATALOG_WAITING_TASKS = gauge(
            "tollgate.streams.catalog.waiting.tasks", "tasks", "tasks that wait for the plan catalog at this moment");

    static final MeterDeclaration CATALOG_WAITING_FOR_REGISTRY = gauge(
            "tollgate.streams.catalog.waiting.for.registry",
            MeterDeclaration.FLAG,
            "1 while the reader of the plan catalog waits for a plan's schema; records wait for the plan");

    static final MeterDeclaration REVIVED_TASKS = counter(
            "tollgate.streams.revived.tasks",
            "tasks",
            "tasks that Kafka Streams opened again in the same object and that were given up for new ones; should"
                    + " never happen");

    static final MeterDeclaration STALE_TIMERS = counter(
            "tollgate.streams.stale.timer.calls",
            "calls",
            "calls of a timer whose task was closed before; they are ignored");

    static final MeterDeclaration REPLACED_THREADS = counter(
            "tollgate.streams.replaced.threads",
            "threads",
            "stream threads that ended by a fault that may pass; another one takes the place of each");

    static final MeterDeclaration RESTARTS = counter(
            "tollgate.streams.restarts", "restarts", "times that Kafka Streams gave up as a whole and was made anew");

    /** All of them. */
    public static final MeterGroup GROUP = MeterGroup.of(
            "streams",
            "Accounting role: `tollgate streams`",
            JOURNAL,
            DEAD_LETTERS,
            LIMIT_EVENTS,
            LIMIT_EVENT_DELAY,
            COMMANDS,
            USAGE_TOTALS,
            LIMIT_STATE,
            EARLY_EMISSIONS,
            TICKS,
            RECOVERED,
            CATALOG_REJECTED,
            CATALOG_WAITS,
            CATALOG_WAITING_TASKS,
            CATALOG_WAITING_FOR_REGISTRY,
            REVIVED_TASKS,
            STALE_TIMERS,
            REPLACED_THREADS,
            RESTARTS);

    private StreamsMeters() {}

    private static List<Duration> milliseconds(long... bounds) {
        return LongStream.of(bounds).mapToObj(Duration::ofMillis).toList();
    }
}
