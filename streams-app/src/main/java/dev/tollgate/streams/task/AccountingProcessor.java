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
import dev.tollgate.streams.store.CommitPacer;
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

    /**
     * Commits are asked for by load; this is how long Kafka Streams goes without being asked, milliseconds. It is above
     * whatever the tasks ask for, since these commits come on top, and below the transaction time-out.
     */
    public static final long LONGEST_COMMIT_MILLIS = 2 * CommitPacer.MOST_MILLIS;

    private final AccountingConfig config;
    private final SchemaRegistryClient registry;
    private final InMemoryPlanCatalog catalog;
    private final InputHorizon.Provider horizons;
    private final AccountingMetrics metrics;
    private final TaskBeginnings beginnings;
    private final String requestTopic;
    private final List<Cancellable> timers = new ArrayList<>();
    private @Nullable Life life;

    /** What one opening has made. */
    private record Life(
            ProcessorContext<String, SpecificRecord> context,
            AccountingTask task,
            Emitter emitter,
            CommitPacer commits,
            TaskBeginnings.Opening beginning) {
        void passTime(long nowMillis) {
            commits.called();
            task.passTime(nowMillis);
            commitIfDue();
        }

        void prepareCommit() {
            task.prepareCommit();
            commits.begins(emitter.sent());
        }

        /** Asks for a commit of the thread's tasks. */
        void commitIfDue() {
            if (commits.isDue(emitter.sent(), task.isBehind())) {
                context.commit();
            }
        }
    }

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
    public void init(ProcessorContext<String, SpecificRecord> context) {
        // An opening that failed halfway is not closed by Kafka Streams.
        close();
        Emitter emitter = new Emitter(context, metrics);
        PendingWorkStore pendingWork = new PendingWorkStore(context.getStateStore(TopologyNames.PENDING_WORK_STORE));
        CommitHookStore accounts = context.getStateStore(TopologyNames.ACCOUNT_STORE);
        AccountingTask task = new AccountingTask(
                config,
                registry,
                catalog,
                horizons.of(context.taskId().partition()),
                metrics,
                emitter,
                new KafkaAccountStore(
                        accounts.entries(), context.getStateStore(TopologyNames.SCOPE_STORE), config.cacheBytes() / 2),
                new KafkaEventIndex(context.getStateStore(TopologyNames.EVENT_STORE)),
                pendingWork);
        Life fresh = new Life(
                context,
                task,
                emitter,
                new CommitPacer(config.commitInterval().toMillis(), System::nanoTime),
                beginnings.open(context.taskId()));
        life = fresh;
        task.open();
        accounts.beforeCommit(fresh::prepareCommit);
        schedule(fresh, fresh::passTime);
        if (context.taskId().partition() == 0) {
            RejectedPlanReporter rejectedPlans = new RejectedPlanReporter(catalog, pendingWork, emitter);
            schedule(fresh, now -> rejectedPlans.report());
        }
    }

    /** Calls until the opening that the timer belongs to is closed. */
    private void schedule(Life owner, Punctuator punctuator) {
        timers.add(owner.context().schedule(PUNCTUATION, PunctuationType.WALL_CLOCK_TIME, now -> {
            if (life == owner) {
                punctuator.punctuate(now);
            } else {
                metrics.staleTimerCalls.increment();
            }
        }));
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        Life present = life;
        if (present == null) {
            throw new IllegalStateException("a record reached a processor that is not open");
        }
        present.commits().called();
        RecordMetadata metadata = present.context()
                .recordMetadata()
                .orElseThrow(() -> new IllegalStateException("a record without a position reached the accounting"));
        InputRecord input = new InputRecord(
                new Position(metadata.topic(), metadata.partition(), metadata.offset()),
                record.timestamp(),
                record.key(),
                record.value());
        present.beginning().read(input.position());
        long nowMillis = present.context().currentSystemTimeMs();
        if (metadata.topic().equals(requestTopic)) {
            present.task().request(input, nowMillis);
        } else {
            present.task().command(input, nowMillis);
        }
        present.commitIfDue();
    }

    @Override
    public void close() {
        timers.forEach(Cancellable::cancel);
        timers.clear();
        Life ended = life;
        life = null;
        if (ended != null) {
            ended.task().close();
            ended.beginning().close();
        }
    }
}
