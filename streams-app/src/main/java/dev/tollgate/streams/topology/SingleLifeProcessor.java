package dev.tollgate.streams.topology;

import dev.tollgate.streams.metrics.AccountingMetrics;
import dev.tollgate.streams.task.AccountingProcessor;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Lets a task live once. Its second opening ends the thread, and the thread that takes its place makes a new task.
 *
 * <p>Kafka Streams 4.3.1 opens the same task again after it closed it dirty, and does not clear what the task knew. A
 * revived {@code StreamTask} still has the position behind the records that it had fetched before. If anything commits
 * before it has fetched again, and a wall-clock timer is enough for that, this stale position is committed: whatever
 * was fetched and not processed in the life before is behind the group's position. The next fault then loses it for
 * good. In an outage of 9 s, 109 events of 10,560 were lost like this. The timers of the life before go on as well
 * ({@link AccountingProcessor}). Others may follow with each version; so there is no second life.
 *
 * <p>A task that fails to open is closed like any other, so nothing stays behind.
 */
final class SingleLifeProcessor<KIn, VIn, KOut, VOut> implements Processor<KIn, VIn, KOut, VOut> {
    private final Processor<KIn, VIn, KOut, VOut> processor;
    private final AccountingMetrics metrics;
    private boolean opened;

    SingleLifeProcessor(Processor<KIn, VIn, KOut, VOut> processor, AccountingMetrics metrics) {
        this.processor = processor;
        this.metrics = metrics;
    }

    @Override
    public void init(ProcessorContext<KOut, VOut> context) {
        if (opened) {
            metrics.count("tasks.revived");
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
