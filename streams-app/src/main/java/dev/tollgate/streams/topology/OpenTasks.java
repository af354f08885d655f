package dev.tollgate.streams.topology;

import dev.tollgate.streams.store.ForwardingStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.state.KeyValueBytesStoreSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Which threads of this instance have the stores of which tasks open, so that a thread that is given a task can wait
 * until a thread that had it before has closed its stores.
 *
 * <p>A thread that becomes the owner of a task whose standby was on another thread of the same instance asks for the
 * lock of the task's folder at once, often some milliseconds before the other one has released it. Kafka Streams 4.3.1
 * then asks again after one to three seconds ({@code TaskManager.BackoffRecord}), and the partition stands still until
 * then. The wait here ends with the other thread's last store.
 *
 * <p>Thread-safe.
 */
public final class OpenTasks {
    /** As long as the shortest time after which Kafka Streams asks for the lock again. */
    static final Duration PATIENCE = Duration.ofSeconds(1);

    private final List<Holding> holdings = new ArrayList<>();

    /** One open store of a task. */
    private record Holding(TaskId task, Thread thread) {}

    /** Stores of a supplier that are known here while they are open. */
    KeyValueBytesStoreSupplier watch(KeyValueBytesStoreSupplier stores) {
        return new KeyValueBytesStoreSupplier() {
            @Override
            public String name() {
                return stores.name();
            }

            @Override
            public KeyValueStore<Bytes, byte[]> get() {
                return new WatchedStore(stores.get());
            }

            @Override
            public String metricsScope() {
                return stores.metricsScope();
            }
        };
    }

    /**
     * Waits until no other living thread has stores of these partitions' tasks open, for a second at most: then Kafka
     * Streams' own way remains. An interrupt ends the wait and stays set.
     *
     * @param assigned partitions of the topology's topics; a task reads the partitions of one number
     */
    public synchronized void awaitClosedByOthers(Collection<TopicPartition> assigned) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (isOpenElsewhere(assigned)) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return;
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private boolean isOpenElsewhere(Collection<TopicPartition> assigned) {
        return holdings.stream()
                .filter(holding -> holding.thread() != Thread.currentThread()
                        && holding.thread().isAlive())
                .anyMatch(holding -> assigned.stream()
                        .anyMatch(partition ->
                                partition.partition() == holding.task().partition()));
    }

    private synchronized Holding open(TaskId task) {
        Holding holding = new Holding(task, Thread.currentThread());
        holdings.add(holding);
        return holding;
    }

    private synchronized void close(Holding holding) {
        holdings.remove(holding);
        notifyAll();
    }

    /** A store of a task. A task that changes its type on one thread keeps its stores open. */
    private final class WatchedStore extends ForwardingStore {
        private @Nullable Holding holding;

        WatchedStore(KeyValueStore<Bytes, byte[]> inner) {
            super(inner);
        }

        @Override
        public void init(StateStoreContext context, StateStore root) {
            release();
            holding = OpenTasks.this.open(context.taskId());
            try {
                super.init(context, root);
            } catch (RuntimeException e) {
                release();
                throw e;
            }
        }

        @Override
        public void close() {
            try {
                super.close();
            } finally {
                release();
            }
        }

        private void release() {
            Holding before = holding;
            if (before != null) {
                holding = null;
                OpenTasks.this.close(before);
            }
        }
    }
}
