package dev.tollgate.engine.internal.bucket;

import dev.tollgate.engine.internal.codec.ByteReader;
import dev.tollgate.engine.internal.codec.ByteWriter;
import dev.tollgate.engine.scope.ScopeBuckets;
import dev.tollgate.engine.scope.ScopeBuckets.Timer;
import dev.tollgate.engine.scope.ScopeBuckets.TimerKind;
import dev.tollgate.planmodel.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The projects and API keys of one account, as the engine works with them.
 *
 * <p>Each key has a record of its own, so that an event costs the same whether its account has one key or ten thousand.
 * An input takes records out of the store, and {@link #settle} gives them back at its end. While a record is taken,
 * whoever asks gets the same object. Whoever goes through many keys gives each back before the next, so that memory
 * does not grow with their number.
 *
 * <p>Time passes for all keys at once, and nearly all of them have nothing to do about it. Those that have are found by
 * timers. A timer may be earlier than what it stands for: a leaky bucket drains later with each call, and its timer is
 * only moved when it is reached. It is never later. The timer for ticks that is the earliest of the account is exact,
 * because the account's next tick follows from it. Timers are part of the state and follow from the account's history
 * alone.
 */
public final class Scopes {
    /** How many keys or timers are read at a time. */
    private static final int PAGE = 512;

    private final BucketOwner account;
    private final ScopeBuckets store;

    /** Records that the present input has taken. */
    private final List<KeyBuckets> taken = new ArrayList<>(4);

    /** No timer in stream time is earlier. */
    long firstDueMillis = KeyBuckets.NO_TIMER;

    /** The earliest timer for ticks. */
    private long firstTickMillis = KeyBuckets.NO_TIMER;

    private boolean isFirstTickStale;

    public Scopes(BucketOwner account, ScopeBuckets store) {
        this.account = account;
        this.store = store;
    }

    /** Wall-clock time at which a tick has something to emit. Exact between inputs. */
    public long firstTickMillis() {
        return firstTickMillis;
    }

    public void encode(ByteWriter writer) {
        encodeTime(writer, firstDueMillis);
        encodeTime(writer, firstTickMillis);
    }

    public void decode(ByteReader reader) {
        firstDueMillis = decodeTime(reader);
        firstTickMillis = decodeTime(reader);
    }

    private void encodeTime(ByteWriter writer, long millis) {
        writer.writeBoolean(millis != KeyBuckets.NO_TIMER);
        if (millis != KeyBuckets.NO_TIMER) {
            writer.writeSignedVarLong(millis - account.streamTimeMillis());
        }
    }

    private long decodeTime(ByteReader reader) {
        return reader.readBoolean() ? account.streamTimeMillis() + reader.readSignedVarLong() : KeyBuckets.NO_TIMER;
    }

    /** A number by which records may call a limit that none of them has a bucket of yet. */
    int freeNumber() {
        return account.freeNumber();
    }

    /** The record of a key, taken out of the store; it may be empty. */
    KeyBuckets take(Scope scope, String key) {
        for (int i = 0; i < taken.size(); i++) {
            if (taken.get(i).isFor(scope, key)) {
                return taken.get(i);
            }
        }
        KeyBuckets found = peek(scope, key);
        KeyBuckets record = found == null ? new KeyBuckets(scope, key) : found;
        taken.add(record);
        return record;
    }

    /** The record of a key to look at, or null; not to be called while an input is applied. */
    @Nullable
    public KeyBuckets peek(Scope scope, String key) {
        // Whatever a store returns was made here, or by the reader that it was given.
        return (KeyBuckets) store.find(account, scope, key);
    }

    /** Gives back all that was taken. */
    public void settle() {
        if (!taken.isEmpty()) {
            for (int i = 0; i < taken.size(); i++) {
                giveBack(taken.get(i));
            }
            taken.clear();
        }
        if (isFirstTickStale) {
            makeFirstTickExact();
        }
        account.dueNoLaterThan(firstDueMillis);
    }

    /** Shows the records of all keys of a scope, in order, one at a time. */
    void forEach(Scope scope, Consumer<KeyBuckets> action) {
        String after = null;
        List<String> page;
        do {
            page = store.keys(scope, after, PAGE);
            for (String key : page) {
                with(scope, key, action);
                after = key;
            }
        } while (page.size() == PAGE);
    }

    /** The same for whoever changes nothing, between inputs. */
    void peekAtEach(Scope scope, Consumer<KeyBuckets> reader) {
        String after = null;
        List<String> page;
        do {
            page = store.keys(scope, after, PAGE);
            for (String key : page) {
                KeyBuckets record = peek(scope, key);
                if (record != null) {
                    reader.accept(record);
                }
                after = key;
            }
        } while (page.size() == PAGE);
    }

    /** The keys of a scope that have a record. */
    public List<String> keys(Scope scope) {
        List<String> keys = new ArrayList<>();
        String after = null;
        List<String> page;
        do {
            page = store.keys(scope, after, PAGE);
            keys.addAll(page);
            after = page.isEmpty() ? null : page.getLast();
        } while (page.size() == PAGE);
        return keys;
    }

    /** Shows one record and gives it back, unless the input had taken it before. */
    public void with(Scope scope, String key, Consumer<KeyBuckets> action) {
        int place = taken.size();
        KeyBuckets record = take(scope, key);
        boolean isTakenForThis = taken.size() > place;
        action.accept(record);
        if (isTakenForThis) {
            taken.remove(place);
            giveBack(record);
        }
    }

    /** Earliest stream time, not after a limit, at which something falls due; a later moment if there is none. */
    public long nextDue(long limitMillis) {
        setTimersOfTaken();
        if (firstDueMillis > limitMillis) {
            return firstDueMillis;
        }
        while (true) {
            Timer first = store.firstTimer(TimerKind.STREAM_TIME);
            firstDueMillis = first == null ? KeyBuckets.NO_TIMER : first.atMillis();
            if (first == null || first.atMillis() > limitMillis) {
                return firstDueMillis;
            }
            // What is reached too early moves to its time, and another timer is the first.
            with(first.scope(), first.key(), record -> {
                requireTimer(first, record.dueTimerMillis);
                moveDueTimer(record, record.dueAt());
            });
            if (first.equals(store.firstTimer(TimerKind.STREAM_TIME))) {
                return first.atMillis();
            }
        }
    }

    /** The keys that have something due in stream time up to a moment, by scope and key. */
    public Set<ScopeKey> due(long upToMillis) {
        setTimersOfTaken();
        return firstDueMillis > upToMillis ? Set.of() : reached(TimerKind.STREAM_TIME, upToMillis);
    }

    /** The keys for which a tick at a moment has something to emit, by scope and key. */
    public Set<ScopeKey> ticked(long upToMillis) {
        setTimersOfTaken();
        return firstTickMillis > upToMillis ? Set.of() : reached(TimerKind.WALL_CLOCK, upToMillis);
    }

    private Set<ScopeKey> reached(TimerKind kind, long upToMillis) {
        Set<ScopeKey> keys = new TreeSet<>();
        Timer after = null;
        List<Timer> page;
        do {
            page = store.timers(kind, after, upToMillis, PAGE);
            for (Timer timer : page) {
                keys.add(new ScopeKey(timer.scope(), timer.key()));
                after = timer;
            }
        } while (page.size() == PAGE);
        return keys;
    }

    private void requireTimer(Timer timer, long millis) {
        if (timer.atMillis() != millis) {
            throw new IllegalStateException(
                    "account " + account.accountId() + " has " + timer + ", but the key's record has " + millis);
        }
    }

    private void setTimersOfTaken() {
        for (int i = 0; i < taken.size(); i++) {
            setTimers(taken.get(i));
        }
    }

    private void giveBack(KeyBuckets record) {
        setTimers(record);
        if (!record.isEmpty()) {
            store.save(record);
            record.stored = true;
        } else if (record.stored) {
            store.remove(record);
            record.stored = false;
        }
    }

    private void setTimers(KeyBuckets record) {
        long due = record.dueAt();
        if (due < record.dueTimerMillis
                || due == KeyBuckets.NO_TIMER
                || record.dueTimerMillis <= account.streamTimeMillis()) {
            moveDueTimer(record, due);
        }
        long tick = record.tickAt();
        if (tick < record.tickTimerMillis || tick == KeyBuckets.NO_TIMER || record.tickTimerMillis == firstTickMillis) {
            moveTickTimer(record, tick);
        }
    }

    private void moveDueTimer(KeyBuckets record, long due) {
        if (due != record.dueTimerMillis) {
            move(TimerKind.STREAM_TIME, record, record.dueTimerMillis, due);
            record.dueTimerMillis = due;
            firstDueMillis = Math.min(firstDueMillis, due);
        }
    }

    private void moveTickTimer(KeyBuckets record, long tick) {
        if (tick != record.tickTimerMillis) {
            move(TimerKind.WALL_CLOCK, record, record.tickTimerMillis, tick);
            isFirstTickStale |= record.tickTimerMillis == firstTickMillis;
            firstTickMillis = Math.min(firstTickMillis, tick);
            record.tickTimerMillis = tick;
        }
    }

    private void move(TimerKind kind, KeyBuckets record, long fromMillis, long toMillis) {
        if (fromMillis != KeyBuckets.NO_TIMER) {
            store.removeTimer(kind, new Timer(fromMillis, record.scope(), record.key()));
        }
        if (toMillis != KeyBuckets.NO_TIMER) {
            store.addTimer(kind, new Timer(toMillis, record.scope(), record.key()));
        }
    }

    /**
     * The timer that was the earliest has moved: finds the one that is now, and moves those before it that are too
     * early.
     */
    private void makeFirstTickExact() {
        while (isFirstTickStale) {
            Timer first = store.firstTimer(TimerKind.WALL_CLOCK);
            firstTickMillis = first == null ? KeyBuckets.NO_TIMER : first.atMillis();
            isFirstTickStale = false;
            if (first != null) {
                // Moving the earliest timer makes it stale again.
                with(first.scope(), first.key(), record -> {
                    requireTimer(first, record.tickTimerMillis);
                    moveTickTimer(record, record.tickAt());
                });
            }
        }
    }
}
