package dev.tollgate.testkit.oracle;

import dev.tollgate.engine.scope.ScopeBuckets;
import dev.tollgate.engine.scope.ScopeRecord;
import dev.tollgate.planmodel.Scope;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Keeps records as bytes. Some of them are kept decoded as well, until {@link #forget}, as a cache does. Counts what is
 * read and written.
 */
final class EncodedScopeBuckets implements ScopeBuckets {
    private final Map<Scope, TreeMap<String, byte[]>> stored = new EnumMap<>(Scope.class);
    private final Map<TimerKind, TreeSet<Timer>> timers = new EnumMap<>(TimerKind.class);
    private final Map<String, ScopeRecord> decoded = new HashMap<>();

    int reads;
    int writes;
    long writtenBytes;

    /** Forgets everything that is decoded. */
    void forget() {
        decoded.clear();
    }

    int size() {
        return stored.values().stream().mapToInt(Map::size).sum();
    }

    int timers() {
        return timers.values().stream().mapToInt(TreeSet::size).sum();
    }

    @Override
    public @Nullable ScopeRecord find(ScopeRecord.Reader reader, Scope scope, String key) {
        ScopeRecord known = decoded.get(scope + key);
        if (known != null) {
            return known;
        }
        byte[] bytes = of(scope).get(key);
        if (bytes == null) {
            return null;
        }
        reads++;
        ScopeRecord record = reader.read(scope, key, bytes);
        decoded.put(scope + key, record);
        return record;
    }

    @Override
    public void save(ScopeRecord record) {
        byte[] bytes = record.encode();
        of(record.scope()).put(record.key(), bytes);
        decoded.put(record.scope() + record.key(), record);
        writes++;
        writtenBytes += bytes.length;
    }

    @Override
    public void remove(ScopeRecord record) {
        of(record.scope()).remove(record.key());
        decoded.remove(record.scope() + record.key());
        writes++;
    }

    @Override
    public List<String> keys(Scope scope, @Nullable String after, int most) {
        TreeMap<String, byte[]> all = of(scope);
        return (after == null ? all : all.tailMap(after, false))
                .keySet().stream().limit(most).toList();
    }

    @Override
    public void addTimer(TimerKind kind, Timer timer) {
        of(kind).add(timer);
        writes++;
    }

    @Override
    public void removeTimer(TimerKind kind, Timer timer) {
        of(kind).remove(timer);
        writes++;
    }

    @Override
    public @Nullable Timer firstTimer(TimerKind kind) {
        return of(kind).isEmpty() ? null : of(kind).first();
    }

    @Override
    public List<Timer> timers(TimerKind kind, @Nullable Timer after, long upToMillis, int most) {
        List<Timer> found = new ArrayList<>();
        for (Timer timer : after == null ? of(kind) : of(kind).tailSet(after, false)) {
            if (found.size() == most || timer.atMillis() > upToMillis) {
                break;
            }
            found.add(timer);
        }
        return found;
    }

    private TreeMap<String, byte[]> of(Scope scope) {
        return stored.computeIfAbsent(scope, absent -> new TreeMap<>(ScopeRecord.KEY_ORDER));
    }

    private TreeSet<Timer> of(TimerKind kind) {
        return timers.computeIfAbsent(kind, absent -> new TreeSet<>());
    }
}
