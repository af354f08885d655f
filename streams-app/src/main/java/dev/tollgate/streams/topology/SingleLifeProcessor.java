package dev.tollgate.streams.topology;

import dev.tollgate.streams.metrics.AccountingMetrics;
import dev.tollgate.streams.task.AccountingProcessor;
import java.util.function.Predicate;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Lets each {@code StreamTask} open its processor once. A second opening by the same one ends the thread, and the
 * thread that takes its place makes a new task.
 *
 * <p>Kafka Streams 4.3.1 opens the same task again after it closed it dirty, and where a suspended task is assigned
 * again, and does not clear what the task knew. A revived {@code StreamTask} still has the position behind the records
 * that it had fetched before. If anything commits before it has fetched again, and a wall-clock timer is enough for
 * that, this stale position is committed: whatever was fetched and not processed in the life before is behind the
 * group's position. The next fault then loses it for good. In an outage of 9 s, 109 events of 10,560 were lost like
 * this. The timers of the life before go on as well ({@link AccountingProcessor}). Others may follow with each version;
 * so there is no second life.
 *
 * <p>A recycled task is another matter. When an active task becomes a standby and later active again on the same
 * thread, as in every rolling restart, Kafka Streams makes a new {@code StreamTask} each time, without any position,
 * around the same processor and stores. It says so by clearing the caches of the stores
 * ({@link dev.tollgate.streams.store.CommitHookStore#takeRecycled}). Such an opening is in order.
 *
 * <p>A task that fails to open is closed like any other, so nothing stays behind.
 */
final class SingleLifeProcessor<KIn, VIn, KOut, VOut> implements Processor<KIn, VIn, KOut, VOut> {
    private final Processor<KIn, VIn, KOut, VOut> processor;
    private final Predicate<ProcessorContext<KOut, VOut>> recycled;
    private final AccountingMetrics metrics;
    private boolean opened;

    /**
     * @param processor begins with nothing at each opening
     * @param recycled whether the stores were handed from one task to another since it was last asked
     */
    SingleLifeProcessor(
            Processor<KIn, VIn, KOut, VOut> processor,
            Predicate<ProcessorContext<KOut, VOut>> recycled,
            AccountingMetrics metrics) {
        this.processor = processor;
        this.recycled = recycled;
        this.metrics = metrics;
    }

    @Override
    public void init(ProcessorContext<KOut, VOut> context) {
        boolean isNewTask = recycled.test(context) || !opened;
        if (!isNewTask) {
            metrics.revivedTasks.increment();
            throw new RevivedTaskException(
                    "task " + context.taskId() + " was opened before; it is given up for a new one");
        }
        opened = true;
        processor.init(context);
    }

    @Override
    public void process(Record<KIn, VIn> record) {
        processor.process(record);
    }

    @Override
    public void close() {
        processor.close();
    }
}
