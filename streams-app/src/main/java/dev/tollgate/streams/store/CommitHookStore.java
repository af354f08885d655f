package dev.tollgate.streams.store;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.query.Position;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;
import org.jspecify.annotations.Nullable;

/**
 * The outermost layer of a store: Kafka Streams calls it before each commit, and it calls the task that has the store.
 * So a task can keep in memory what it has changed, and write each entry once per transaction, however often it has
 * changed.
 *
 * <p>This is the hook of Kafka Streams' own caching stores. In 4.3.1, {@code StreamTask.prepareCommit} calls
 * {@code flushCache} of every registered store that is a {@link CachedStateStore}, and only then waits for the
 * producer; what is written there is in the transaction of the commit. {@link CachedStateStore} is internal to Kafka
 * Streams, and this is the only class that names it. {@code CommitHookStoreTest} fails if the hook goes.
 *
 * <p>Kafka Streams calls the hook of a task that it closes dirty, too, and ignores what it throws. The task's listener
 * has to throw if it cannot write everything that it owes to the store: a commit without it would lose state.
 *
 * <p>The layer is no {@link KeyValueStore} itself, so that a processor gets it as it is, and not a wrapper of it.
 */
public final class CommitHookStore implements StateStore, CachedStateStore<Bytes, byte[]> {
    private final KeyValueStore<Bytes, byte[]> entries;
    private @Nullable Runnable beforeCommit;
    private boolean recycled;

    /** @param entries the logged store */
    public CommitHookStore(KeyValueStore<Bytes, byte[]> entries) {
        this.entries = entries;
    }

    /** A builder that puts this layer over the store of another one. */
    public static StoreBuilder<CommitHookStore> over(StoreBuilder<KeyValueStore<Bytes, byte[]>> logged) {
        return new Builder(logged);
    }

    /** The entries; every write is logged at once. */
    public KeyValueStore<Bytes, byte[]> entries() {
        return entries;
    }

    /**
     * Sets who is called before each commit, on the thread of the task, in place of whoever was before.
     *
     * @param listener writes what it owes to the stores of the task, or throws
     */
    public void beforeCommit(Runnable listener) {
        beforeCommit = listener;
    }

    /**
     * Whether Kafka Streams has handed the store from a task to a new one since this was last asked. The two share the
     * processor, and the new one knows nothing of the positions of the one before.
     */
    public boolean takeRecycled() {
        boolean before = recycled;
        recycled = false;
        return before;
    }

    @Override
    public void flushCache() {
        Runnable listener = beforeCommit;
        if (listener != null) {
            listener.run();
        }
    }

    /**
     * The store is handed to a new task of the other type, standby or active, after a commit: the task of before must
     * not write any more. In 4.3.1 {@code ProcessorStateManager.recycle} is the only caller.
     */
    @Override
    public void clearCache() {
        beforeCommit = null;
        recycled = true;
    }

    @Override
    public boolean setFlushListener(@Nullable CacheFlushListener<Bytes, byte[]> listener, boolean sendOldValues) {
        return false;
    }

    @Override
    public String name() {
        return entries.name();
    }

    /** Registers this layer, by which Kafka Streams finds the hook. */
    @Override
    public void init(StateStoreContext context, StateStore root) {
        entries.init(context, root);
    }

    @Override
    public void commit(Map<TopicPartition, Long> changelogOffsets) {
        entries.commit(changelogOffsets);
    }

    @Override
    public @Nullable Long committedOffset(TopicPartition partition) {
        return entries.committedOffset(partition);
    }

    @Override
    public boolean managesOffsets() {
        return entries.managesOffsets();
    }

    @Override
    public boolean persistent() {
        return entries.persistent();
    }

    @Override
    public boolean isOpen() {
        return entries.isOpen();
    }

    @Override
    public Position getPosition() {
        return entries.getPosition();
    }

    @Override
    public void close() {
        beforeCommit = null;
        recycled = false;
        entries.close();
    }

    private record Builder(StoreBuilder<KeyValueStore<Bytes, byte[]>> logged) implements StoreBuilder<CommitHookStore> {
        @Override
        public StoreBuilder<CommitHookStore> withCachingEnabled() {
            throw new UnsupportedOperationException("the task is the cache");
        }

        @Override
        public StoreBuilder<CommitHookStore> withCachingDisabled() {
            return this;
        }

        @Override
        public StoreBuilder<CommitHookStore> withLoggingEnabled(Map<String, String> config) {
            return new Builder(logged.withLoggingEnabled(config));
        }

        @Override
        public StoreBuilder<CommitHookStore> withLoggingDisabled() {
            throw new UnsupportedOperationException("the store is made anew from its log");
        }

        @Override
        public CommitHookStore build() {
            return new CommitHookStore(logged.build());
        }

        @Override
        public Map<String, String> logConfig() {
            return logged.logConfig();
        }

        @Override
        public boolean loggingEnabled() {
            return logged.loggingEnabled();
        }

        @Override
        public String name() {
            return logged.name();
        }
    }
}
