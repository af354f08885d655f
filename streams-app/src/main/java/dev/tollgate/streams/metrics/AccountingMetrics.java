package dev.tollgate.streams.metrics;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;

/**
 * What the accounting role counts, since the start of this instance. Names and meanings are public contract:
 *
 * <ul>
 *   <li>{@code journal.VERDICT}: journal entries by verdict ({@code journal.counted}, {@code journal.duplicate}, ...)
 *   <li>{@code dead-letters.REASON}: rejected records by reason ({@code dead-letters.malformed}, ...)
 *   <li>{@code limit-events.KIND}: limit events by kind ({@code limit-events.hard-limit-reached}, ...)
 *   <li>{@code commands}: account commands that were applied
 *   <li>{@code totals}: records written to usage-totals
 *   <li>{@code snapshots}: records written to limit-state
 *   <li>{@code snapshots.early}: accounts that left the cache while outputs were held back, which were then said at
 *       once; {@code accounting.cache-bytes} is too small if this grows
 *   <li>{@code ticks}: wall-clock ticks given to accounts
 *   <li>{@code recovered}: accounts whose held-back outputs were said after a restart
 *   <li>{@code catalog.rejected}: plan records that could not be used
 *   <li>{@code catalog.waits}: how often a task waited for the plan catalog to be read far enough for its next record
 *   <li>{@code catalog.waiting}: tasks that do so at this moment
 *   <li>{@code catalog.waiting-for-registry}: 1 while the reader of the plan catalog waits for a plan's schema, else 0
 *   <li>{@code tasks.revived}: tasks that Kafka Streams opened again in the same object; they are given up for new
 *       ones, and it should never happen
 *   <li>{@code timers.stale}: calls of a timer whose task was closed before; they are ignored
 *   <li>{@code threads.replaced}: stream threads that ended by a fault that may pass; another one takes the place of
 *       each
 *   <li>{@code streams.restarted}: how often Kafka Streams gave up as a whole and was made anew
 * </ul>
 *
 * Counting again what a transaction aborted counts twice here, never in the topics. Thread-safe.
 */
public final class AccountingMetrics {
    private final Map<String, LongAdder> counters = new ConcurrentHashMap<>();
    private final Map<Enum<?>, LongAdder> journal = new ConcurrentHashMap<>();
    private final Map<String, LongSupplier> gauges = new ConcurrentHashMap<>();

    /** Every counter that has been used and every gauge, by name. */
    public Map<String, Long> read() {
        Map<String, Long> values = new TreeMap<>();
        counters.forEach((name, counter) -> values.put(name, counter.sum()));
        journal.forEach((verdict, counter) -> values.put(name("journal", verdict.name()), counter.sum()));
        gauges.forEach((name, gauge) -> values.put(name, gauge.getAsLong()));
        return values;
    }

    /** The value of one counter or gauge; 0 if it has not been used. */
    public long read(String name) {
        return read().getOrDefault(name, 0L);
    }

    /** A gauge of this list: whoever reads it gets what this supplies. */
    public void gauge(String name, LongSupplier value) {
        gauges.put(name, value);
    }

    /** A gauge of this list that has this value until it is set again. */
    public void set(String name, long value) {
        gauge(name, () -> value);
    }

    /** One more of a counter of this list. */
    public void count(String name) {
        counters.computeIfAbsent(name, _ -> new LongAdder()).increment();
    }

    /** One more of a kind: {@code name} and the constant in kebab-case. */
    public void count(String name, Enum<?> kind) {
        count(name(name, kind.name()));
    }

    /** One more dead letter with this reason code, as {@code KEY_MISMATCH}. */
    public void countDeadLetter(String code) {
        count(name("dead-letters", code));
    }

    /** One more journal entry: the one counter on the path of every event. */
    public void countJournal(Enum<?> verdict) {
        journal.computeIfAbsent(verdict, _ -> new LongAdder()).increment();
    }

    private static String name(String name, String kind) {
        return name + "." + kind.toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
