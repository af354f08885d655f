package dev.tollgate.streams.replay;

import dev.tollgate.streams.input.InputRecord;
import dev.tollgate.streams.store.CommitHookStore;
import dev.tollgate.streams.task.TopologyNames;
import java.io.File;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsMetrics;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * What the accounting processor sees of Kafka Streams while a log is replayed: stores on the heap, a clock that stands
 * where the replay is, and a taker of outputs. It commits nothing and keeps nothing.
 */
final class ReplayContext implements ProcessorContext<String, SpecificRecord> {
    private final String applicationId;
    private final TaskId taskId;
    private final Consumer<SpecificRecord> outputs;
    private final CommitHookStore accounts = new CommitHookStore(new HeapStore(TopologyNames.ACCOUNT_STORE));
    private final Map<String, StateStore> stores = Map.of(
            TopologyNames.ACCOUNT_STORE, accounts,
            TopologyNames.SCOPE_STORE, heapStore(TopologyNames.SCOPE_STORE),
            TopologyNames.EVENT_STORE, heapStore(TopologyNames.EVENT_STORE),
            TopologyNames.PENDING_WORK_STORE, heapStore(TopologyNames.PENDING_WORK_STORE));
    private final List<Punctuator> timers = new ArrayList<>();
    private @Nullable InputRecord present;
    private long nowMillis;
    private boolean commitRequested;

    /** @param outputs takes what is forwarded, in order, without tombstones */
    ReplayContext(String applicationId, int partition, Consumer<SpecificRecord> outputs) {
        this.applicationId = applicationId;
        this.taskId = new TaskId(0, partition);
        this.outputs = outputs;
    }

    private static KeyValueStore<Bytes, byte[]> heapStore(String name) {
        return new HeapStore(name);
    }

    /** A record is about to be processed, at its append time. */
    void at(InputRecord record) {
        present = record;
        nowMillis = record.appendedAtMillis();
    }

    /** Calls every timer. */
    void passTime(long toMillis) {
        present = null;
        nowMillis = toMillis;
        List.copyOf(timers).forEach(timer -> timer.punctuate(toMillis));
    }

    /** Does what Kafka Streams does before a commit, if one was asked for since the last call. */
    void commitIfRequested() {
        if (commitRequested) {
            commitRequested = false;
            accounts.flushCache();
        }
    }

    @Override
    public <K extends String, V extends SpecificRecord> void forward(Record<K, V> record, String sink) {
        SpecificRecord value = record.value();
        if (value != null) {
            outputs.accept(value);
        }
    }

    @Override
    public <K extends String, V extends SpecificRecord> void forward(Record<K, V> record) {
        throw new UnsupportedOperationException("every output of the accounting names its sink");
    }

    @Override
    public String applicationId() {
        return applicationId;
    }

    @Override
    public TaskId taskId() {
        return taskId;
    }

    @Override
    public Optional<RecordMetadata> recordMetadata() {
        return Optional.ofNullable(present).map(Metadata::new);
    }

    @Override
    @SuppressWarnings("unchecked") // The caller knows which of the stores it asks for.
    public <S extends StateStore> S getStateStore(String name) {
        StateStore store = stores.get(name);
        if (store == null) {
            throw new IllegalArgumentException("there is no store '" + name + "'");
        }
        return (S) store;
    }

    @Override
    public Cancellable schedule(Duration interval, PunctuationType type, Punctuator callback) {
        timers.add(callback);
        return () -> timers.remove(callback);
    }

    @Override
    public Cancellable schedule(Instant start, Duration interval, PunctuationType type, Punctuator callback) {
        return schedule(interval, type, callback);
    }

    @Override
    public void commit() {
        commitRequested = true;
    }

    @Override
    public long currentSystemTimeMs() {
        return nowMillis;
    }

    @Override
    public long currentStreamTimeMs() {
        return nowMillis;
    }

    @Override
    public Serde<?> keySerde() {
        throw notHere("a serde");
    }

    @Override
    public Serde<?> valueSerde() {
        throw notHere("a serde");
    }

    @Override
    public File stateDir() {
        throw notHere("a folder");
    }

    @Override
    public StreamsMetrics metrics() {
        throw notHere("metrics of Kafka Streams");
    }

    @Override
    public Map<String, Object> appConfigs() {
        return Map.of();
    }

    @Override
    public Map<String, Object> appConfigsWithPrefix(String prefix) {
        return Map.of();
    }

    private static UnsupportedOperationException notHere(String what) {
        return new UnsupportedOperationException("a replay has no use for " + what);
    }

    private record Metadata(InputRecord record) implements RecordMetadata {
        @Override
        public String topic() {
            return record.position().topic();
        }

        @Override
        public int partition() {
            return record.position().partition();
        }

        @Override
        public long offset() {
            return record.position().offset();
        }
    }
}
