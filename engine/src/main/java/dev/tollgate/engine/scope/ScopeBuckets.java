package dev.tollgate.engine.scope;

import dev.tollgate.planmodel.Scope;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the buckets of one account's projects and API keys are kept: one record for each key, and timers that name the
 * keys for which something falls due. The engine reads and writes the records that an input touches, and no others.
 *
 * <p>Implementations hold no rules. What the engine does depends on the content alone, not on whether a record was in
 * memory. Keys are ordered by {@link ScopeRecord#KEY_ORDER}. Not thread-safe.
 */
public interface ScopeBuckets {
    /** What a timer is about. */
    enum TimerKind {
        /** Something falls due in stream time: an alert or a window ends, a bucket can go. */
        STREAM_TIME,
        /** A tick has something to emit. */
        WALL_CLOCK
    }

    /**
     * That a key has to be looked at.
     *
     * @param atMillis when, milliseconds since the epoch
     * @param scope {@code PROJECT} or {@code API_KEY}
     * @param key project or API key id; empty for calls that name none
     */
    record Timer(long atMillis, Scope scope, String key) implements Comparable<Timer> {
        /** The earliest first, then by scope and key. */
        @Override
        public int compareTo(Timer other) {
            if (atMillis != other.atMillis) {
                return Long.compare(atMillis, other.atMillis);
            }
            return scope != other.scope ? scope.compareTo(other.scope) : ScopeRecord.KEY_ORDER.compare(key, other.key);
        }
    }

    /**
     * The record of a key. Until it is saved or removed, the engine may change what it was given.
     *
     * @param reader makes a record of what {@link ScopeRecord#encode} wrote, for this account as it is now
     * @return the record, or null if the key has no open bucket
     */
    @Nullable
    ScopeRecord find(ScopeRecord.Reader reader, Scope scope, String key);

    /** Keeps a record that the engine is done with. It may be unchanged. */
    void save(ScopeRecord record);

    /** Forgets a record that has no bucket any more. */
    void remove(ScopeRecord record);

    /**
     * The keys that have a record, in order.
     *
     * @param after the key after which to begin, or null for the first
     * @param most how many at most; fewer means that there are no more
     */
    List<String> keys(Scope scope, @Nullable String after, int most);

    void addTimer(TimerKind kind, Timer timer);

    void removeTimer(TimerKind kind, Timer timer);

    /** The earliest timer of a kind, or null if there is none. */
    @Nullable
    Timer firstTimer(TimerKind kind);

    /**
     * Timers up to a moment, in order.
     *
     * @param after the timer after which to begin, or null for the first
     * @param upToMillis latest moment, inclusive
     * @param most how many at most; fewer means that there are no more
     */
    List<Timer> timers(TimerKind kind, @Nullable Timer after, long upToMillis, int most);
}
