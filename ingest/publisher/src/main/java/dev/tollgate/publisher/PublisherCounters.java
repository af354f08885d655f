package dev.tollgate.publisher;

import java.util.concurrent.atomic.LongAdder;
import java.util.stream.Stream;

/**
 * What became of the events, counted since the publisher started. Public contract of this module, together with the names in
 * the binder for Micrometer. Numbers only grow; reading is cheap and may happen at any time on any thread.
 *
 * <p>Nothing disappears between the counters: once everything has settled,
 *
 * <pre>{@code
 * published + recovered == acknowledged + dropped - droppedAtTheDoor + pending
 * }</pre>
 *
 * where events dropped at the door ({@code MEMORY_FULL}, {@code SPOOL_FULL}, {@code CLOSED}) and rejected events were never
 * accepted, and pending is {@link RequestEventPublisher#pendingEvents()}.
 */
public final class PublisherCounters {
    private final LongAdder published = new LongAdder();
    private final LongAdder acknowledged = new LongAdder();
    private final LongAdder[] rejected = adders(RejectionReason.values().length);
    private final LongAdder[] dropped = adders(DropReason.values().length);

    PublisherCounters() {}

    private static LongAdder[] adders(int count) {
        return Stream.generate(LongAdder::new).limit(count).toArray(LongAdder[]::new);
    }

    private static long sum(LongAdder[] adders) {
        return Stream.of(adders).mapToLong(LongAdder::sum).sum();
    }

    /** Events that {@code publish} accepted. */
    public long published() {
        return published.sum();
    }

    /** Events that Kafka has, acknowledged by all in-sync replicas. */
    public long acknowledged() {
        return acknowledged.sum();
    }

    /** Events refused for any reason. */
    public long rejected() {
        return sum(rejected);
    }

    /** Events refused for one reason. */
    public long rejected(RejectionReason reason) {
        return rejected[reason.ordinal()].sum();
    }

    /** Events given up for any reason. */
    public long dropped() {
        return sum(dropped);
    }

    /** Events given up for one reason. */
    public long dropped(DropReason reason) {
        return dropped[reason.ordinal()].sum();
    }

    void publishedOne() {
        published.increment();
    }

    void acknowledged(long count) {
        acknowledged.add(count);
    }

    void rejectedOne(RejectionReason reason) {
        rejected[reason.ordinal()].increment();
    }

    void dropped(DropReason reason, long count) {
        dropped[reason.ordinal()].add(count);
    }
}
