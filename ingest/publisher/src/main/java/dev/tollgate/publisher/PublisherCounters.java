package dev.tollgate.publisher;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;

/**
 * What became of the events, counted since the publisher started. Public contract of this module, together with the
 * names in the binder for Micrometer. Numbers only grow; reading is cheap and may happen at any time on any thread.
 *
 * <p>Nothing disappears between the counters. Once nothing moves,
 *
 * <pre>{@code
 * published + recovered == acknowledged + lost + pending
 * }</pre>
 *
 * where lost are the drops {@linkplain DropReason#afterAcceptance() after acceptance}, and pending is
 * {@link RequestEventPublisher#pendingEvents()}. Events rejected, or dropped at the door, were never published in this
 * sense.
 */
public final class PublisherCounters {
    private final LongAdder published = new LongAdder();
    private final LongAdder acknowledged = new LongAdder();
    private final LongAdder spooled = new LongAdder();
    private final LongAdder recovered = new LongAdder();
    private final LongAdder listenerFailures = new LongAdder();
    private final Map<EventRejectionReason, LongAdder> rejected = adders(EventRejectionReason.class);
    private final Map<DropReason, LongAdder> dropped = adders(DropReason.class);

    PublisherCounters() {}

    private static <E extends Enum<E>> Map<E, LongAdder> adders(Class<E> reasons) {
        Map<E, LongAdder> adders = new EnumMap<>(reasons);
        for (E reason : reasons.getEnumConstants()) {
            adders.put(reason, new LongAdder());
        }
        return adders;
    }

    private static <E extends Enum<E>> LongAdder adder(Map<E, LongAdder> adders, E reason) {
        return Objects.requireNonNull(adders.get(reason));
    }

    private static long sum(Map<?, LongAdder> adders) {
        return adders.values().stream().mapToLong(LongAdder::sum).sum();
    }

    /** Events that {@code publish} accepted. */
    public long published() {
        return published.sum();
    }

    /** Events that Kafka has, acknowledged by all in-sync replicas. */
    public long acknowledged() {
        return acknowledged.sum();
    }

    /** Events written to the spool, also those that were acknowledged afterwards. */
    public long spooled() {
        return spooled.sum();
    }

    /**
     * Events of an earlier process found in the spool. Some of them Kafka may have already; they go again, with their
     * ids.
     */
    public long recovered() {
        return recovered.sum();
    }

    /** Calls of the listener that threw. */
    public long listenerFailures() {
        return listenerFailures.sum();
    }

    /** Events rejected for any reason. */
    public long rejected() {
        return sum(rejected);
    }

    /** Events rejected for one reason. */
    public long rejected(EventRejectionReason reason) {
        return adder(rejected, reason).sum();
    }

    /** Events given up for any reason. */
    public long dropped() {
        return sum(dropped);
    }

    /** Events given up for one reason. */
    public long dropped(DropReason reason) {
        return adder(dropped, reason).sum();
    }

    /** Events given up after they had been accepted. */
    long lost() {
        long lost = 0;
        for (DropReason reason : DropReason.values()) {
            lost += reason.afterAcceptance() ? dropped(reason) : 0;
        }
        return lost;
    }

    void spooled(long count) {
        spooled.add(count);
    }

    void recovered(long count) {
        recovered.add(count);
    }

    void listenerFailed() {
        listenerFailures.increment();
    }

    void publishedOne() {
        published.increment();
    }

    void acknowledged(long count) {
        acknowledged.add(count);
    }

    void rejectedOne(EventRejectionReason reason) {
        adder(rejected, reason).increment();
    }

    void dropped(DropReason reason, long count) {
        adder(dropped, reason).add(count);
    }

    /** The figures that tell whether anything is missing. */
    @Override
    public String toString() {
        return "published=" + published() + " acknowledged=" + acknowledged() + " spooled=" + spooled() + " rejected="
                + rejected() + " dropped=" + dropped();
    }
}
