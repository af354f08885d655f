package dev.tollgate.engine.scope;

import dev.tollgate.planmodel.Scope;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Buckets of projects and API keys on the heap, for replays, what-if runs and tests. Not thread-safe. */
public final class InMemoryScopeBuckets implements ScopeBuckets {
    private final Map<Scope, TreeMap<String, ScopeRecord>> records = new EnumMap<>(Scope.class);
    private final Map<TimerKind, TreeSet<Timer>> timers = new EnumMap<>(TimerKind.class);

    @Override
    public @Nullable ScopeRecord find(ScopeRecord.Reader reader, Scope scope, String key) {
        return of(scope).get(key);
    }

    @Override
    public void save(ScopeRecord record) {
        of(record.scope()).put(record.key(), record);
    }

    @Override
    public void remove(ScopeRecord record) {
        of(record.scope()).remove(record.key());
    }

    @Override
    public List<String> keys(Scope scope, @Nullable String after, int most) {
        TreeMap<String, ScopeRecord> all = of(scope);
        List<String> keys = new ArrayList<>();
        for (String key : (after == null ? all : all.tailMap(after, false)).keySet()) {
            if (keys.size() == most) {
                break;
            }
            keys.add(key);
        }
        return keys;
    }

    @Override
    public void addTimer(TimerKind kind, Timer timer) {
        of(kind).add(timer);
    }

    @Override
    public void removeTimer(TimerKind kind, Timer timer) {
        of(kind).remove(timer);
    }

    @Override
    public @Nullable Timer firstTimer(TimerKind kind) {
        TreeSet<Timer> all = of(kind);
        return all.isEmpty() ? null : all.first();
    }

    @Override
    public List<Timer> timers(TimerKind kind, @Nullable Timer after, long upToMillis, int most) {
        NavigableSet<Timer> rest = after == null ? of(kind) : of(kind).tailSet(after, false);
        List<Timer> found = new ArrayList<>();
        for (Timer timer : rest) {
            if (found.size() == most || timer.atMillis() > upToMillis) {
                break;
            }
            found.add(timer);
        }
        return found;
    }

    private TreeMap<String, ScopeRecord> of(Scope scope) {
        return records.computeIfAbsent(scope, absent -> new TreeMap<>(ScopeRecord.KEY_ORDER));
    }

    private TreeSet<Timer> of(TimerKind kind) {
        return timers.computeIfAbsent(kind, absent -> new TreeSet<>());
    }
}
