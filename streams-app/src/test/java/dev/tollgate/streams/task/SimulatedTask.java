package dev.tollgate.streams.task;

import dev.tollgate.schemas.serde.AvroSerializer;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.store.CommitHookStore;
import dev.tollgate.streams.store.SimulatedDisk;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PriorityQueue;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsMetrics;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The task of one partition, as Kafka Streams' StreamTask treats the processor and the stores that it has: opens,
 * restores, punctuates, suspends, closes and revives them in the same order and keeps the same things. In particular
 * the queue of punctuations lives as long as this object and nothing but a cancellation takes a schedule out of it.
 */
final class SimulatedTask {
    private enum State {
        CREATED,
        RESTORING,
        RUNNING,
        SUSPENDED,
        CLOSED
    }

    /** A schedule, as in Kafka Streams: due at a time, and then again. */
    private static final class Schedule {
        private final long intervalMillis;
        private final Punctuator punctuator;
        private long dueMillis;
        private boolean cancelled;

        private Schedule(long dueMillis, long intervalMillis, Punctuator punctuator) {
            this.dueMillis = dueMillis;
            this.intervalMillis = intervalMillis;
            this.punctuator = punctuator;
        }

        private Schedule next(long nowMillis) {
            long missed = Math.max(0, (nowMillis - dueMillis) / intervalMillis);
            dueMillis += (missed + 1) * intervalMillis;
            return this;
        }
    }

    private final SimulatedInstance instance;
    private final int partition;
    private final SimulatedLog log;
    private final AccountingConfig config;
    private final List<TopicPartition> inputs;
    private final AccountingProcessor processor;
    private final Map<String, SimulatedDisk> disks;
    private final Map<String, LoggedStore> stores = new LinkedHashMap<>();
    private final CommitHookStore hook;
    private final Context context = new Context();
    private final PriorityQueue<Schedule> punctuations =
            new PriorityQueue<>(Comparator.comparingLong(schedule -> schedule.dueMillis));
    private final Map<TopicPartition, Long> positions = new HashMap<>();
    private final Map<String, Long> restoreUpTo = new HashMap<>();
    private final Map<String, Long> restored = new HashMap<>();
    private State state = State.CREATED;
    private boolean commitNeeded;
    private boolean revived;
    private SimulatedLog.@Nullable Entry current;

    SimulatedTask(
            SimulatedInstance instance,
            int partition,
            SimulatedLog log,
            AccountingConfig config,
            AccountingProcessor processor,
            Map<String, SimulatedDisk> disks) {
        this.instance = instance;
        this.partition = partition;
        this.log = log;
        this.config = config;
        this.processor = processor;
        this.disks = disks;
        this.inputs = List.of(
                new TopicPartition(config.topics().name(Topic.REQUEST_EVENTS), partition),
                new TopicPartition(config.topics().name(Topic.ACCOUNT_EVENTS), partition));
        disks.forEach((name, disk) -> stores.put(name, new LoggedStore(disk)));
        this.hook = new CommitHookStore(Objects.requireNonNull(stores.get(TopologyNames.ACCOUNT_STORE)));
    }

    int partition() {
        return partition;
    }

    boolean isRunning() {
        return state == State.RUNNING;
    }

    boolean isRestoring() {
        return state == State.RESTORING;
    }

    boolean isCommitNeeded() {
        return state == State.RUNNING && commitNeeded;
    }

    /** Opens the stores over what the disks have, and looks how far the changelogs go. */
    void open() {
        requireState(State.CREATED);
        stores.forEach((name, store) -> {
            store.open();
            TopicPartition changelog = changelog(name, partition);
            restored.put(name, Objects.requireNonNull(disks.get(name)).durableUpTo());
            restoreUpTo.put(name, log.end(changelog));
        });
        if (!revived) {
            // The consumer asks for them with the first poll after the assignment.
            fetchPositions();
        }
        state = State.RESTORING;
    }

    private void fetchPositions() {
        inputs.forEach(input -> positions.put(input, log.position(input)));
    }

    /**
     * Restores some more, below the stores; the processor opens when everything is there.
     *
     * @return whether the read positions are newer than the end of the changelogs was when the task began to restore,
     *     as those of a revived task may be: it asks for them when it is complete
     */
    boolean restore(int most) {
        requireState(State.RESTORING);
        boolean complete = true;
        for (String name : stores.keySet()) {
            SimulatedDisk disk = Objects.requireNonNull(disks.get(name));
            long from = Objects.requireNonNull(restored.get(name));
            // A task of an owner restores no further than the changelog went when it began.
            long until = Objects.requireNonNull(restoreUpTo.get(name));
            long to = follow(log, changelog(name, partition), disk, from, (int) Math.clamp(until - from, 0, most));
            restored.put(name, to);
            complete &= to >= until;
        }
        boolean newer = false;
        if (complete) {
            newer = revived;
            if (revived) {
                fetchPositions();
                revived = false;
            }
            processor.init(context);
            commitNeeded = false;
            state = State.RUNNING;
        }
        return newer;
    }

    /** Writes committed records of a changelog to a disk; returns the offset to go on from. */
    static long follow(SimulatedLog log, TopicPartition changelog, SimulatedDisk disk, long from, int most) {
        return log.readCommitted(
                changelog,
                from,
                most,
                entry -> disk.put(Bytes.wrap(Objects.requireNonNull(entry.key())), entry.value()));
    }

    /**
     * Processes the record that comes next: of the inputs that have one, the one that was appended first.
     *
     * @return it, or null if there is none
     */
    SimulatedLog.@Nullable Entry process() {
        requireState(State.RUNNING);
        SimulatedLog.Entry next = null;
        for (TopicPartition input : inputs) {
            SimulatedLog.Entry head = log.at(input, Objects.requireNonNull(positions.get(input)));
            if (head != null && (next == null || head.appendedAtMillis() < next.appendedAtMillis())) {
                next = head;
            }
        }
        if (next == null) {
            return null;
        }
        current = next;
        commitNeeded = true;
        try {
            processor.process(new Record<>(next.key(), next.value(), next.appendedAtMillis()));
        } finally {
            current = null;
        }
        positions.put(next.place(), next.offset() + 1);
        return next;
    }

    /** Calls what is due by the instance's clock. */
    void punctuate() {
        requireState(State.RUNNING);
        long now = instance.nowMillis();
        Schedule top = punctuations.peek();
        while (top != null && top.dueMillis <= now) {
            punctuations.remove();
            if (!top.cancelled) {
                commitNeeded = true;
                top.punctuator.punctuate(now);
                if (!top.cancelled) {
                    punctuations.add(top.next(now));
                }
            }
            top = punctuations.peek();
        }
    }

    /** What a commit begins with: the stores' hooks are called. */
    void prepareCommit() {
        requireState(State.RUNNING);
        hook.flushCache();
    }

    /** The read positions that go with a commit. */
    Map<TopicPartition, Long> positions() {
        return Map.copyOf(positions);
    }

    /** The transaction is over. */
    void committed() {
        commitNeeded = false;
    }

    /** What a clean close or a hand-over begins with: the stores are told up to where they are complete. */
    void checkpoint() {
        stores.forEach((name, store) -> store.store.commit(Map.of(
                changelog(name, partition), Math.max(Objects.requireNonNull(restored.get(name)), store.writtenUpTo))));
    }

    void suspend() {
        boolean initialized = state == State.RUNNING;
        state = State.SUSPENDED;
        if (initialized) {
            processor.close();
        }
    }

    /** After a suspension: the same objects go on, with the read positions as they were committed. */
    void resume() {
        requireState(State.SUSPENDED);
        stores.forEach((name, store) -> {
            restored.put(name, Math.max(Objects.requireNonNull(restored.get(name)), store.writtenUpTo));
            restoreUpTo.put(name, Objects.requireNonNull(restored.get(name)));
        });
        fetchPositions();
        state = State.RESTORING;
    }

    /** Everything is committed; the disks stay as they are. */
    void closeClean() {
        requireState(State.SUSPENDED);
        stores.values().forEach(store -> store.store.close());
        state = State.CLOSED;
    }

    /**
     * Something is not committed: the disks are wiped, as under exactly-once.
     *
     * @param diskFails whether the stores cannot be told before, which changes nothing
     */
    void closeDirty(boolean diskFails) {
        if (isCommitNeeded()) {
            try {
                prepareCommit();
            } catch (RuntimeException e) {
                // Kafka Streams does not mind either: what could not be written is not committed.
            }
        }
        try {
            suspend();
        } catch (TaskMigratedException e) {
            // What the processor wanted to say in its last moment cannot be said any more, and is not needed.
        }
        try {
            if (!diskFails) {
                // Without an offset: what the changelog has is not known.
                stores.values().forEach(store -> store.store.commit(Map.of()));
            }
        } catch (ProcessorStateException e) {
            // The disk is wiped anyway.
        }
        stores.values().forEach(store -> store.store.close());
        disks.values().forEach(SimulatedDisk::wipe);
        commitNeeded = false;
        state = State.CLOSED;
    }

    /** The same task, with the same processor and stores, begins again. */
    void revive() {
        requireState(State.CLOSED);
        revived = true;
        state = State.CREATED;
    }

    /** What the stores hold, seen through what is still in memory. */
    Map<String, Map<Bytes, byte[]>> content() {
        Map<String, Map<Bytes, byte[]>> content = new LinkedHashMap<>();
        stores.forEach((name, store) -> {
            Map<Bytes, byte[]> entries = new LinkedHashMap<>();
            try (KeyValueIterator<Bytes, byte[]> all = store.store.all()) {
                all.forEachRemaining(entry -> entries.put(entry.key, entry.value));
            }
            content.put(name, entries);
        });
        return content;
    }

    /** The largest number of writes that a store of this task has not handed to its disk. */
    long pendingWrites() {
        long most = 0;
        for (Map.Entry<String, LoggedStore> store : stores.entrySet()) {
            long onDisk = Objects.requireNonNull(disks.get(store.getKey())).approximateNumEntries();
            most = Math.max(most, store.getValue().approximateNumEntries() - onDisk);
        }
        return most;
    }

    /** How many that may be. */
    int pendingWritesBound() {
        return instance.pendingWrites();
    }

    /** Up to where each store was restored. */
    Map<String, Long> restoredUpTo() {
        return Map.copyOf(restored);
    }

    /** Up to where each changelog goes. */
    Map<String, Long> changelogEnds() {
        Map<String, Long> ends = new HashMap<>();
        stores.keySet().forEach(name -> ends.put(name, log.end(changelog(name, partition))));
        return ends;
    }

    /** A store of this task as the processor has it. */
    KeyValueStore<Bytes, byte[]> store(String name) {
        return Objects.requireNonNull(stores.get(name)).store;
    }

    static TopicPartition changelog(String store, int partition) {
        return new TopicPartition("changelog-" + store, partition);
    }

    private void requireState(State required) {
        if (state != required) {
            throw new IllegalStateException("task " + partition + " must be " + required + ", is " + state);
        }
    }

    @Override
    public String toString() {
        return "task " + partition + " of " + instance;
    }

    /** Every write to the store is a record of its changelog, in the transaction that is open. */
    private final class LoggedStore implements KeyValueStore<Bytes, byte[]> {
        private final KeyValueStore<Bytes, byte[]> store;
        private long writtenUpTo;

        private LoggedStore(SimulatedDisk disk) {
            this.store = disk.writeBehind(instance.pendingWrites(), Math.max(1, instance.pendingWrites() / 4));
        }

        private void open() {
            writtenUpTo = 0;
            // Neither is used by the disk.
            store.init(null, null);
        }

        private void log(Bytes key, byte @Nullable [] value) {
            writtenUpTo = 1
                    + instance.send(changelog(store.name(), partition), key.get(), value, null)
                            .offset();
        }

        @Override
        public void put(Bytes key, byte @Nullable [] value) {
            store.put(key, value);
            log(key, value);
        }

        @Override
        public byte @Nullable [] putIfAbsent(Bytes key, byte @Nullable [] value) {
            byte[] before = store.putIfAbsent(key, value);
            if (before == null) {
                log(key, value);
            }
            return before;
        }

        @Override
        public void putAll(List<KeyValue<Bytes, byte[]>> entries) {
            store.putAll(entries);
            entries.forEach(entry -> log(entry.key, entry.value));
        }

        @Override
        public byte @Nullable [] delete(Bytes key) {
            byte[] before = store.delete(key);
            log(key, null);
            return before;
        }

        @Override
        public byte @Nullable [] get(Bytes key) {
            return store.get(key);
        }

        @Override
        public KeyValueIterator<Bytes, byte[]> range(@Nullable Bytes from, @Nullable Bytes to) {
            return store.range(from, to);
        }

        @Override
        public KeyValueIterator<Bytes, byte[]> reverseRange(@Nullable Bytes from, @Nullable Bytes to) {
            return store.reverseRange(from, to);
        }

        @Override
        public KeyValueIterator<Bytes, byte[]> all() {
            return store.all();
        }

        @Override
        public long approximateNumEntries() {
            return store.approximateNumEntries();
        }

        @Override
        public String name() {
            return store.name();
        }

        @Override
        public void init(StateStoreContext stateStoreContext, StateStore root) {
            throw new UnsupportedOperationException("a processor does not open its stores");
        }

        @Override
        public void close() {
            throw new UnsupportedOperationException("a processor does not close its stores");
        }

        @Override
        public boolean persistent() {
            return true;
        }

        @Override
        public boolean isOpen() {
            return store.isOpen();
        }

        @Override
        public Position getPosition() {
            return store.getPosition();
        }
    }

    /** What the processor sees of Kafka Streams. */
    private final class Context implements ProcessorContext<String, SpecificRecord> {
        @Override
        public <K extends String, V extends SpecificRecord> void forward(Record<K, V> record, String childName) {
            Topic topic = switch (childName) {
                case TopologyNames.JOURNAL_SINK -> Topic.USAGE_JOURNAL;
                case TopologyNames.TOTALS_SINK -> Topic.USAGE_TOTALS;
                case TopologyNames.LIMIT_EVENT_SINK -> Topic.LIMIT_EVENTS;
                case TopologyNames.LIMIT_STATE_SINK -> Topic.LIMIT_STATE;
                case TopologyNames.DEAD_LETTER_SINK -> Topic.DEAD_LETTERS;
                default -> throw new IllegalArgumentException("unknown sink " + childName);
            };
            String name = config.topics().name(topic);
            String key = record.key();
            AvroSerializer<SpecificRecord> serializer = instance.serializer();
            instance.send(
                    new TopicPartition(name, partition),
                    key == null ? null : key.getBytes(StandardCharsets.UTF_8),
                    serializer.serialize(name, record.value()),
                    record.value());
        }

        @Override
        public <K extends String, V extends SpecificRecord> void forward(Record<K, V> record) {
            throw new UnsupportedOperationException("a sink must be named");
        }

        @Override
        public Cancellable schedule(Duration interval, PunctuationType type, Punctuator callback) {
            if (type != PunctuationType.WALL_CLOCK_TIME) {
                throw new UnsupportedOperationException("stream time is not simulated");
            }
            Schedule schedule = new Schedule(instance.nowMillis() + interval.toMillis(), interval.toMillis(), callback);
            punctuations.add(schedule);
            return () -> schedule.cancelled = true;
        }

        @Override
        public Cancellable schedule(Instant startTime, Duration interval, PunctuationType type, Punctuator callback) {
            throw new UnsupportedOperationException();
        }

        @Override
        public TaskId taskId() {
            return new TaskId(0, partition);
        }

        @Override
        public Optional<RecordMetadata> recordMetadata() {
            SimulatedLog.Entry entry = current;
            if (entry == null) {
                return Optional.empty();
            }
            return Optional.of(new RecordMetadata() {
                @Override
                public String topic() {
                    return entry.place().topic();
                }

                @Override
                public int partition() {
                    return entry.place().partition();
                }

                @Override
                public long offset() {
                    return entry.offset();
                }
            });
        }

        // The signature is Kafka's.
        @Override
        @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
        public <S extends StateStore> S getStateStore(String name) {
            if (name.equals(TopologyNames.ACCOUNT_STORE)) {
                return (S) hook;
            }
            return (S) Objects.requireNonNull(stores.get(name), name);
        }

        @Override
        public long currentSystemTimeMs() {
            return instance.nowMillis();
        }

        @Override
        public String applicationId() {
            return config.applicationId();
        }

        @Override
        public void commit() {
            // The schedule decides when, and this asks for no more than that.
        }

        @Override
        public long currentStreamTimeMs() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Serde<?> keySerde() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Serde<?> valueSerde() {
            throw new UnsupportedOperationException();
        }

        @Override
        public File stateDir() {
            throw new UnsupportedOperationException();
        }

        @Override
        public StreamsMetrics metrics() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Map<String, Object> appConfigs() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Map<String, Object> appConfigsWithPrefix(String prefix) {
            throw new UnsupportedOperationException();
        }
    }
}
