package dev.tollgate.streams.store;

import dev.tollgate.engine.scope.ScopeBuckets;
import dev.tollgate.engine.scope.ScopeRecord;
import dev.tollgate.planmodel.Scope;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The projects and API keys of one account in a key-value store of Kafka Streams.
 *
 * <p>Each key begins with the length of the account id (2 bytes) and the account id, so that accounts do not meet. What
 * follows is, for a record, the byte 0, the scope (1 byte) and the key in UTF-8, with the value of
 * {@link ScopeRecord#encode}; for a timer, the byte 1 (stream time) or 2 (wall clock), the moment (8 bytes), the scope
 * and the key, with a value of one byte that says nothing.
 *
 * <p>Belongs to one {@link AccountRecord} in memory: decoded records refer to its state, and go with it.
 */
final class KafkaScopeBuckets implements ScopeBuckets {
    private static final byte RECORD = 0;
    private static final byte[] SET = {1};

    private final KeyValueStore<Bytes, byte[]> store;
    private final ScopeCache cache;
    private final byte[] prefix;
    private final Map<ScopeId, ScopeCache.Entry> cached = new HashMap<>();
    private final TimerHead streamTimers;
    private final TimerHead tickTimers;

    /** Keys whose limit-state is not published as it is now; the longest ago first. */
    private Set<ScopeId> unpublishedStates = new LinkedHashSet<>();

    /** The same for totals. */
    private Set<ScopeId> unpublishedTotals = new LinkedHashSet<>();

    /**
     * @param prefix length of the account id and the account id
     * @param isNew whether the store has nothing of the account
     */
    KafkaScopeBuckets(KeyValueStore<Bytes, byte[]> store, ScopeCache cache, byte[] prefix, boolean isNew) {
        this.store = store;
        this.cache = cache;
        this.prefix = prefix;
        this.streamTimers = new TimerHead(TimerKind.STREAM_TIME, isNew);
        this.tickTimers = new TimerHead(TimerKind.WALL_CLOCK, isNew);
    }

    @Override
    public @Nullable ScopeRecord find(ScopeRecord.Reader reader, Scope scope, String key) {
        ScopeId id = new ScopeId(scope, key);
        ScopeCache.Entry entry = cached.get(id);
        if (entry != null) {
            cache.used(entry);
            return entry.record;
        }
        byte[] bytes = store.get(recordKey(scope, key));
        if (bytes == null) {
            return null;
        }
        ScopeRecord record = reader.read(scope, key, bytes);
        cached.put(id, cache.add(record, bytes, () -> cached.remove(id)));
        return record;
    }

    @Override
    public void save(ScopeRecord record) {
        ScopeId id = new ScopeId(record.scope(), record.key());
        unpublishedStates.add(id);
        unpublishedTotals.add(id);
        byte[] bytes = record.encode();
        ScopeCache.Entry entry = cached.get(id);
        if (entry == null || !Arrays.equals(entry.saved, bytes)) {
            store.put(recordKey(record.scope(), record.key()), bytes);
        }
        if (entry == null) {
            cached.put(id, cache.add(record, bytes, () -> cached.remove(id)));
        } else {
            cache.saved(entry, bytes);
        }
    }

    @Override
    public void remove(ScopeRecord record) {
        ScopeId id = new ScopeId(record.scope(), record.key());
        unpublishedStates.add(id);
        unpublishedTotals.remove(id);
        // Unlike delete, this reads nothing.
        store.put(recordKey(record.scope(), record.key()), null);
        ScopeCache.Entry entry = cached.remove(id);
        if (entry != null) {
            cache.remove(entry);
        }
    }

    @Override
    public List<String> keys(Scope scope, @Nullable String after, int most) {
        int beforeKey = prefix.length + 2;
        Bytes from = after == null ? recordKey(scope, "") : successor(recordKey(scope, after));
        List<String> keys = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> records = store.range(from, key(RECORD, 0, scopeCode(scope) + 1, ""))) {
            while (keys.size() < most && records.hasNext()) {
                byte[] key = records.next().key.get();
                keys.add(new String(key, beforeKey, key.length - beforeKey, StandardCharsets.UTF_8));
            }
        }
        return keys;
    }

    @Override
    public void addTimer(TimerKind kind, Timer timer) {
        store.put(timerKey(kind, timer), SET);
        head(kind).added(timer);
    }

    @Override
    public void removeTimer(TimerKind kind, Timer timer) {
        store.put(timerKey(kind, timer), null);
        head(kind).removed(timer);
    }

    @Override
    public @Nullable Timer firstTimer(TimerKind kind) {
        return head(kind).first();
    }

    @Override
    public List<Timer> timers(TimerKind kind, @Nullable Timer after, long upToMillis, int most) {
        List<Timer> known = head(kind).knownUpTo(after, upToMillis, most);
        return known == null ? read(kind, after, upToMillis, most) : known;
    }

    /** Forgets what is in memory: the account is dropped from memory. */
    void forget() {
        cached.values().forEach(cache::remove);
        cached.clear();
    }

    /** How many keys have changed since their limit-state was last published. */
    int unpublishedStates() {
        return unpublishedStates.size();
    }

    /** Takes the keys whose limit-state is to be published. */
    Set<ScopeId> takeUnpublishedStates() {
        Set<ScopeId> taken = unpublishedStates;
        unpublishedStates = new LinkedHashSet<>();
        return taken;
    }

    /** Takes the keys whose totals are to be published. */
    Set<ScopeId> takeUnpublishedTotals() {
        Set<ScopeId> taken = unpublishedTotals;
        unpublishedTotals = new LinkedHashSet<>();
        return taken;
    }

    /** All keys are to be published: nobody knows which of them were. */
    void nothingIsPublished() {
        for (Scope scope : List.of(Scope.PROJECT, Scope.API_KEY)) {
            for (String key : keys(scope, null, Integer.MAX_VALUE)) {
                unpublishedStates.add(new ScopeId(scope, key));
                unpublishedTotals.add(new ScopeId(scope, key));
            }
        }
    }

    private List<Timer> read(TimerKind kind, @Nullable Timer after, long upToMillis, int most) {
        byte tag = tag(kind);
        Bytes from = after == null ? key(tag, 0, 0, "") : successor(timerKey(kind, after));
        // No timer has this key: it would have a scope that there is not.
        Bytes to = key(tag, upToMillis, 0xFF, "");
        List<Timer> timers = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> found = store.range(from, to)) {
            while (timers.size() < most && found.hasNext()) {
                KeyValue<Bytes, byte[]> entry = found.next();
                timers.add(timerIn(entry.key.get()));
            }
        }
        return timers;
    }

    private Timer timerIn(byte[] key) {
        ByteBuffer rest = ByteBuffer.wrap(key, prefix.length + 1, key.length - prefix.length - 1);
        long atMillis = rest.getLong();
        Scope scope = Scope.values()[rest.get() / 2];
        byte[] id = new byte[rest.remaining()];
        rest.get(id);
        return new Timer(atMillis, scope, new String(id, StandardCharsets.UTF_8));
    }

    private Bytes recordKey(Scope scope, String key) {
        return key(RECORD, 0, scopeCode(scope), key);
    }

    private Bytes timerKey(TimerKind kind, Timer timer) {
        return key(tag(kind), timer.atMillis(), scopeCode(timer.scope()), timer.key());
    }

    private Bytes key(byte tag, long atMillis, int scopeCode, String key) {
        byte[] id = key.getBytes(StandardCharsets.UTF_8);
        ByteBuffer bytes = ByteBuffer.allocate(prefix.length + 1 + (tag == RECORD ? 0 : 8) + 1 + id.length)
                .put(prefix)
                .put(tag);
        if (tag != RECORD) {
            bytes.putLong(atMillis);
        }
        return Bytes.wrap(bytes.put((byte) scopeCode).put(id).array());
    }

    /** Even, so that there is a code between two scopes which ends the range of the first. */
    private static int scopeCode(Scope scope) {
        return 2 * scope.ordinal();
    }

    private static byte tag(TimerKind kind) {
        return switch (kind) {
            case STREAM_TIME -> 1;
            case WALL_CLOCK -> 2;
        };
    }

    private static Bytes successor(Bytes key) {
        return Bytes.wrap(Arrays.copyOf(key.get(), key.get().length + 1));
    }

    private TimerHead head(TimerKind kind) {
        return switch (kind) {
            case STREAM_TIME -> streamTimers;
            case WALL_CLOCK -> tickTimers;
        };
    }

    /**
     * The earliest timers of one kind, so that an account with few of them, or whose first one moves with each event,
     * reads no ranges.
     */
    private final class TimerHead {
        private static final int PAGE = 64;
        private static final int MOST = 256;

        private final TimerKind kind;
        private final TreeSet<Timer> known = new TreeSet<>();

        /** All timers up to this one are known; null if none are. */
        private @Nullable Timer horizon;

        /** Whether all timers are known. */
        private boolean complete;

        TimerHead(TimerKind kind, boolean isNew) {
            this.kind = kind;
            this.complete = isNew;
        }

        void added(Timer timer) {
            if (isKnownUpTo(timer)) {
                known.add(timer);
                if (known.size() > MOST) {
                    while (known.size() > PAGE) {
                        known.pollLast();
                    }
                    horizon = known.last();
                    complete = false;
                }
            }
        }

        void removed(Timer timer) {
            known.remove(timer);
        }

        @Nullable
        Timer first() {
            if (known.isEmpty() && !complete) {
                List<Timer> page = read(kind, null, Long.MAX_VALUE, PAGE);
                known.addAll(page);
                complete = page.size() < PAGE;
                horizon = page.isEmpty() ? null : page.getLast();
            }
            return known.isEmpty() ? null : known.first();
        }

        /** The timers up to a moment if all of them are known, else null. */
        @Nullable
        List<Timer> knownUpTo(@Nullable Timer after, long upToMillis, int most) {
            if (!complete && (horizon == null || horizon.atMillis() <= upToMillis)) {
                return null;
            }
            List<Timer> found = new ArrayList<>();
            for (Timer timer : after == null ? known : known.tailSet(after, false)) {
                if (found.size() == most || timer.atMillis() > upToMillis) {
                    break;
                }
                found.add(timer);
            }
            return found;
        }

        private boolean isKnownUpTo(Timer timer) {
            return complete
                    || horizon != null && Objects.requireNonNull(horizon).compareTo(timer) >= 0;
        }
    }
}
