package dev.tollgate.streams.task;

import dev.tollgate.engine.input.Position;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.input.InputHorizon;
import dev.tollgate.streams.input.InputRecord;
import dev.tollgate.streams.input.TaskBeginnings;
import dev.tollgate.streams.metrics.AccountingMetrics;
import dev.tollgate.streams.plan.InMemoryPlanCatalog;
import dev.tollgate.streams.store.CommitHookStore;
import dev.tollgate.streams.store.KafkaAccountStore;
import dev.tollgate.streams.store.KafkaEventIndex;
import dev.tollgate.streams.store.PendingWorkStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Hands the records of one partition to an {@link AccountingTask}.
 *
 * <p>Kafka Streams may close and open the same processor again: when a commit or a send times out under exactly-once,
 * it closes the task dirty and revives it. Each opening begins with new objects, so nothing in memory survives an
 * aborted transaction.
 *
 * <p>Kafka Streams 4.3.1 does not clear the wall-clock timers of a revived task. A timer of an earlier opening would
 * then work on accounts as they stood before the abort and save them over newer ones. So {@link #close} cancels the
 * timers, a timer looks whether its own opening is the present one, and a closed {@link AccountingTask} rejects every
 * call. A late timer is ignored and counted instead of ending the thread: it has nothing left to do, and nobody could
 * remove it. A record that reaches a closed task is a fault, because ignoring it would lose it.
 */
public final class AccountingProcessor implements Processor<byte[], byte[], String, SpecificRecord> {
    /** How exactly held-back outputs and ticks keep to their time. */
    static final Duration PUNCTUATION = Duration.ofMillis(50);

    /** Commits are asked for by load; this is how long Kafka Streams goes without being asked, milliseconds. */
    public static final long LONGEST_COMMIT_MILLIS = AccountingTask.COMMIT_MILLIS_BEHIND;

    private final AccountingConfig config;
    private final SchemaRegistryClient registry;
    private final InMemoryPlanCatalog catalog;
    private final InputHorizon.Provider horizons;
    private final AccountingMetrics metrics;
    private final TaskBeginnings beginnings;
    private final String requestTopic;
    private final List<Cancellable> timers = new ArrayList<>();
    private @Nullable ProcessorContext<String, SpecificRecord> context;
    private @Nullable AccountingTask task;
    private TaskBeginnings.@Nullable Opening opening;

    AccountingProcessor(
            AccountingConfig config,
            SchemaRegistryClient registry,
            InMemoryPlanCatalog catalog,
            InputHorizon.Provider horizons,
            AccountingMetrics metrics) {
        this(config, registry, catalog, horizons, metrics, new TaskBeginnings());
    }

    /** @param beginnings is told where the task begins to read */
    public AccountingProcessor(
            AccountingConfig config,
            SchemaRegistryClient registry,
            InMemoryPlanCatalog catalog,
            InputHorizon.Provider horizons,
            AccountingMetrics metrics,
            TaskBeginnings beginnings) {
        this.config = config;
        this.registry = registry;
        this.catalog = catalog;
        this.horizons = horizons;
        this.metrics = metrics;
        this.beginnings = beginnings;
        this.requestTopic = config.topics().name(Topic.REQUEST_EVENTS);
    }

    @Override
    public void init(ProcessorContext<String, SpecificRecord> opened) {
        // An opening that failed halfway is not closed by Kafka Streams.
        close();
        context = opened;
        opening = beginnings.open(opened.taskId());
        Emitter emitter = new Emitter(opened, metrics);
        PendingWorkStore pendingWork = new PendingWorkStore(opened.getStateStore(Names.PENDING_WORK_STORE));
        CommitHookStore accounts = opened.getStateStore(Names.ACCOUNT_STORE);
        AccountingTask fresh = new AccountingTask(
                config,
                registry,
                catalog,
                horizons.of(opened.taskId().partition()),
                metrics,
                emitter,
                new KafkaAccountStore(
                        accounts.entries(), opened.getStateStore(Names.SCOPE_STORE), config.cacheBytes() / 2),
                new KafkaEventIndex(opened.getStateStore(Names.EVENT_STORE)),
                pendingWork);
        fresh.open();
        task = fresh;
        accounts.beforeCommit(fresh::prepareCommit);
        schedule(opened, fresh, now -> {
            fresh.passTime(now);
            commitIfDue(opened, fresh);
        });
        if (opened.taskId().partition() == 0) {
            RejectedPlanReporter rejectedPlans = new RejectedPlanReporter(catalog, pendingWork, emitter);
            schedule(opened, fresh, now -> rejectedPlans.report());
        }
    }

    /** Calls until the opening that the task belongs to is closed. */
    private void schedule(
            ProcessorContext<String, SpecificRecord> opened, AccountingTask owner, Punctuator punctuator) {
        timers.add(opened.schedule(PUNCTUATION, PunctuationType.WALL_CLOCK_TIME, now -> {
            if (task == owner) {
                punctuator.punctuate(now);
            } else {
                metrics.count("timers.stale");
            }
        }));
    }

    /** Asks for a commit of the thread's tasks. */
    private static void commitIfDue(ProcessorContext<String, SpecificRecord> context, AccountingTask task) {
        if (task.isCommitDue()) {
            context.commit();
        }
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        ProcessorContext<String, SpecificRecord> present = context;
        AccountingTask open = task;
        TaskBeginnings.Opening beginning = opening;
        if (present == null || open == null || beginning == null) {
            throw new IllegalStateException("a record reached a processor that is not open");
        }
        RecordMetadata metadata = present.recordMetadata()
                .orElseThrow(() -> new IllegalStateException("a record without a position reached the accounting"));
        InputRecord input = new InputRecord(
                new Position(metadata.topic(), metadata.partition(), metadata.offset()),
                record.timestamp(),
                record.key(),
                record.value());
        beginning.read(input.position());
        if (metadata.topic().equals(requestTopic)) {
            open.request(input, present.currentSystemTimeMs());
        } else {
            open.command(input, present.currentSystemTimeMs());
        }
        commitIfDue(present, open);
    }

    @Override
    public void close() {
        timers.forEach(Cancellable::cancel);
        timers.clear();
        if (task != null) {
            task.close();
        }
        if (opening != null) {
            opening.close();
        }
        opening = null;
        task = null;
        context = null;
    }
}
