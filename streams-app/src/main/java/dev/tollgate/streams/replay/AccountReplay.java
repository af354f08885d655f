package dev.tollgate.streams.replay;

import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.input.InputHorizon;
import dev.tollgate.streams.input.InputRecord;
import dev.tollgate.streams.input.TaskBeginnings;
import dev.tollgate.streams.metrics.AccountingMetrics;
import dev.tollgate.streams.plan.InMemoryPlanCatalog;
import dev.tollgate.streams.task.AccountingProcessor;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Gives the records of one account, or of several of one partition, to the accounting processor once more, on empty
 * stores. It is the processor of the live role, so there is one way to apply a record. What comes out is what the role
 * has written, as far as it follows from the log: journal, limit events and final totals. Open totals, snapshots and
 * dead letters come out too, at moments of their own.
 *
 * <p>An account's outcome depends on its own records alone, so those of other accounts may be left out. Not
 * thread-safe.
 */
public final class AccountReplay implements AutoCloseable {
    /** A call of the timers serves a number of accounts and kinds of work; further calls find nothing left. */
    private static final int TIMER_CALLS = 4;

    private final ReplayContext context;
    private final AccountingProcessor processor;
    private long readUpToMillis = Long.MIN_VALUE;
    private long records;

    /**
     * A replay that has read nothing.
     *
     * @param config the live role's: what an account's outcome depends on must be the same
     * @param catalog the plan catalog, read to its end
     * @param partition of the input topics
     * @param outputs takes what is said, in order
     */
    public AccountReplay(
            AccountingConfig config,
            SchemaRegistryClient registry,
            InMemoryPlanCatalog catalog,
            int partition,
            Consumer<SpecificRecord> outputs) {
        this.context = new ReplayContext(config.applicationId(), partition, outputs);
        InputHorizon horizon = (requests, commands) -> readUpToMillis;
        this.processor = new AccountingProcessor(
                config,
                registry,
                catalog,
                _ -> horizon,
                new AccountingMetrics(new SimpleMeterRegistry()),
                new TaskBeginnings());
        processor.init(context);
    }

    /** Applies the next record, in the order in which the role reads them: by append time. */
    public void apply(InputRecord record) {
        records++;
        context.at(record);
        processor.process(new Record<>(record.key(), record.value(), record.appendedAtMillis()));
        context.commitIfRequested();
    }

    /**
     * The log has no further record with an append time up to this one: says what time alone brings until then, such as
     * the end of a block.
     *
     * @param toMillis milliseconds since the epoch
     */
    public void passTime(long toMillis) {
        readUpToMillis = toMillis;
        for (int i = 0; i < TIMER_CALLS; i++) {
            context.passTime(toMillis);
            context.commitIfRequested();
        }
    }

    /** How many records were applied. */
    public long records() {
        return records;
    }

    @Override
    public void close() {
        processor.close();
    }
}
