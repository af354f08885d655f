package dev.tollgate.publisher;

import dev.tollgate.planmodel.input.Violation;
import dev.tollgate.publisher.spool.Spool;
import dev.tollgate.publisher.spool.SpoolConfig;
import dev.tollgate.schemas.SchemaText;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.event.DeliveryListener;
import dev.tollgate.schemas.event.RequestEventRules;
import dev.tollgate.schemas.serde.SchemaIds;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes request events. One per process, shared by all its threads:
 *
 * <pre>{@code
 * try (var publisher = RequestEventPublisher.start(PublisherConfig.from(Map.of(
 *         "kafka.bootstrap-servers", "localhost:9092",
 *         "registry.url", "http://localhost:8081",
 *         "publisher.name", "recall-service")))) {
 *     publisher.publish(UsageCall.of("acme", "/v2/mem-it").units(12));
 * }
 * }</pre>
 *
 * <p>{@link #publish(RequestEvent)} takes about a microsecond, does no I/O, waits for nothing and throws nothing. The
 * event is encoded on the calling thread, handed over through a bounded lock-free queue and sent by a thread of the
 * publisher with an idempotent producer, {@code acks=all}. An event is rejected (and counted) when it breaks the
 * contract, dropped (and counted) only for the reasons of {@link DropReason}.
 *
 * <p>What it promises: events of one account that one thread publishes arrive in that order, for the first time that
 * each arrives. Nothing accepted is lost while the process lives, however long Kafka or the registry is away, as long
 * as memory and, with {@code publisher.spool-folder}, disk suffice. With a spool a crash of the process loses at most
 * what {@link SpoolUse} says. An event may arrive twice after a crash, with the same id, which the accounting counts
 * once within 24 hours of event time; an outage longer than that makes the events late there.
 */
public final class RequestEventPublisher implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RequestEventPublisher.class);
    private static final long FIRST_WAIT_NANOS = 20_000;
    private static final long LAST_WAIT_NANOS = 1_000_000;

    private final PublisherConfig config;
    private final PublisherCounters counters;
    private final LossReport losses;
    private final SchemaResolver schemas;
    private final HandOverQueue queue;
    private final @Nullable Spool spool;
    private final DeliveryLoop loop;
    private final EventEncoder.Pool encoders = new EventEncoder.Pool();
    private final AtomicBoolean closing = new AtomicBoolean();

    private RequestEventPublisher(
            PublisherConfig config,
            PublisherCounters counters,
            LossReport losses,
            SchemaResolver schemas,
            HandOverQueue queue,
            @Nullable Spool spool,
            DeliveryLoop loop) {
        this.config = config;
        this.counters = counters;
        this.losses = losses;
        this.schemas = schemas;
        this.queue = queue;
        this.spool = spool;
        this.loop = loop;
    }

    /**
     * Starts a publisher whose losses are counted and logged. See {@link #start(PublisherConfig, PublisherListener)}.
     */
    public static RequestEventPublisher start(PublisherConfig config) {
        return start(config, PublisherListener.NONE);
    }

    /**
     * Starts a publisher. Neither Kafka nor the registry needs to be there yet.
     *
     * @param listener told about rejected and dropped events
     * @throws org.apache.kafka.common.KafkaException if Kafka's client rejects its configuration
     * @throws dev.tollgate.publisher.spool.SpoolLockedException if another publisher uses the spool folder
     * @throws UncheckedIOException if the spool folder cannot be created or written
     * @throws IllegalStateException if the class path holds another version of the schemas
     */
    public static RequestEventPublisher start(PublisherConfig config, PublisherListener listener) {
        EventEncoder.requireKnownSchema();
        PublisherCounters counters = new PublisherCounters();
        LossReport losses = new LossReport(counters, listener);
        String schemaText = SchemaText.canonical(RequestEvent.getClassSchema());
        Map<String, Object> properties = config.clientProperties();
        SchemaIds ids = SchemaIds.ofValues(properties);
        Spool spool = openSpool(config.spool(), schemaText);
        SchemaResolver schemas = new SchemaResolver(ids, config.topic());
        try {
            KafkaLink link = new KafkaLink(properties, config.topic(), config.rejectAfter(), counters, losses);
            HandOverQueue queue = new HandOverQueue(config.queueEvents(), config.queueBytes());
            EventSchema schema = schemas.resolve(schemaText);
            DeliveryLoop loop = new DeliveryLoop(config, queue, link, schemas, schema, spool, counters, losses);
            loop.start();
            log.info("publisher started: {}", config);
            return new RequestEventPublisher(config, counters, losses, schemas, queue, spool, loop);
        } catch (RuntimeException e) {
            schemas.close();
            if (spool != null) {
                closeAfter(e, spool);
            }
            throw e;
        }
    }

    private static @Nullable Spool openSpool(@Nullable SpoolConfig config, String schema) {
        if (config == null) {
            return null;
        }
        try {
            return Spool.open(config, schema);
        } catch (IOException e) {
            throw new UncheckedIOException("spool folder " + config.folder() + " cannot be used: " + e, e);
        }
    }

    private static void closeAfter(RuntimeException failure, Spool spool) {
        try {
            spool.close();
        } catch (IOException e) {
            failure.addSuppressed(e);
        }
    }

    /**
     * Publishes an event. Event id and time are filled where they are missing (null or empty); the event itself is not
     * changed and may be reused once this returns.
     *
     * @return true if the event was accepted and will be delivered; false if it was rejected or dropped, which is
     *     counted and reported, so that a service need not look at the answer
     */
    public boolean publish(@Nullable RequestEvent event) {
        return publish(event, DeliveryListener.NONE, 0);
    }

    /** As {@link #publish(RequestEvent)}. */
    public boolean publish(UsageCall call) {
        return publish(call.event(), call.delivery(), 0);
    }

    /**
     * Publishes an event and waits for room where memory is full: for bulk work that can outrun Kafka, such as a
     * backfill. Not for a request path.
     *
     * @param maxWait how long to wait for room; not negative
     * @return as {@link #publish(RequestEvent)}; false as well when interrupted while waiting
     */
    public boolean publishWaiting(@Nullable RequestEvent event, Duration maxWait) {
        return publish(event, DeliveryListener.NONE, maxWait.toNanos());
    }

    private boolean publish(@Nullable RequestEvent event, DeliveryListener delivery, long maxWaitNanos) {
        Envelope envelope = seal(event, delivery);
        if (envelope == null) {
            losses.tell(delivery, DeliveryListener::dropped);
            return false;
        }
        HandOverQueue.Offer offer = queue.offer(envelope);
        if (offer == HandOverQueue.Offer.FULL && maxWaitNanos > 0) {
            offer = offerWaiting(envelope, maxWaitNanos);
        }
        if (offer == HandOverQueue.Offer.ACCEPTED) {
            counters.publishedOne();
            loop.wakeIfAsleep();
            return true;
        }
        losses.dropped(offer == HandOverQueue.Offer.CLOSED ? DropReason.CLOSED : loop.reasonOfFullMemory(), 1);
        losses.tell(delivery, DeliveryListener::dropped);
        return false;
    }

    private HandOverQueue.Offer offerWaiting(Envelope envelope, long maxWaitNanos) {
        long deadline = System.nanoTime() + maxWaitNanos;
        long pauseNanos = FIRST_WAIT_NANOS;
        HandOverQueue.Offer offer = HandOverQueue.Offer.FULL;
        while (offer == HandOverQueue.Offer.FULL
                && System.nanoTime() - deadline < 0
                && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(pauseNanos);
            pauseNanos = Math.min(LAST_WAIT_NANOS, pauseNanos * 2);
            offer = queue.offer(envelope);
        }
        return offer;
    }

    /** The event checked and encoded, or null after it was rejected. */
    private @Nullable Envelope seal(@Nullable RequestEvent event, DeliveryListener delivery) {
        if (event == null) {
            losses.rejected(null, EventRejectionReason.MALFORMED, "event must not be null");
            return null;
        }
        try {
            long now = System.currentTimeMillis();
            List<Violation> violations =
                    RequestEventRules.checkBeforeFilling(event, config.maxAge(), config.maxAhead(), now);
            if (!violations.isEmpty()) {
                losses.rejected(event, EventRejectionReason.of(violations.get(0)), sentences(violations));
                return null;
            }
            EventEncoder encoder = encoders.take();
            byte[] payload = encoder.encode(event, now, config.producerName());
            encoders.giveBack(encoder);
            return new Envelope(event.getAccountId().getBytes(StandardCharsets.UTF_8), payload, delivery);
        } catch (RuntimeException e) {
            // Such as an attribute that is null, or a map that changes while it is read.
            losses.rejected(event, EventRejectionReason.MALFORMED, "event cannot be encoded: " + e);
            return null;
        }
    }

    private static String sentences(List<Violation> violations) {
        return violations.stream().map(Violation::sentence).collect(Collectors.joining("; "));
    }

    /**
     * Counts and reports a call that could not be made an event, as {@link EventRejectionReason#MALFORMED}. For
     * adapters, so that their failures are as visible as the publisher's own.
     *
     * @param detail what went wrong, in words
     */
    public void reject(String detail) {
        losses.rejected(null, EventRejectionReason.MALFORMED, detail);
    }

    /** What became of the events so far. */
    public PublisherCounters counters() {
        return counters;
    }

    /** Events accepted, or left in the spool by an earlier process, and not yet acknowledged by Kafka. */
    public long pendingEvents() {
        return loop.pendingEvents();
    }

    /**
     * Pending events that are in memory and not in the spool: what a crash of the process would lose at this moment. An
     * upper bound; 0 means that everything published before is safe in Kafka or on disk.
     */
    public long eventsInMemoryOnly() {
        return loop.eventsInMemoryOnly();
    }

    /** Size of the spool's files in bytes; 0 without a spool. */
    public long spoolBytes() {
        return spool == null ? 0 : spool.sizeBytes();
    }

    /**
     * Waits until Kafka has acknowledged every event that was accepted before this call.
     *
     * @param timeout not negative
     * @return false if time ran out or the thread was interrupted; nothing is lost by that
     */
    public boolean flush(Duration timeout) {
        return loop.flush(timeout);
    }

    /** Closes within {@code publisher.close-timeout}. */
    @Override
    public void close() {
        close(config.closeTimeout());
    }

    /**
     * Takes no further events, waits for Kafka to acknowledge what was accepted, and ends the threads. What is
     * unacknowledged by then goes to the spool for the next process; without a spool it is dropped, counted and
     * reported. While Kafka is away and there is a spool, this does not wait. Closing twice does nothing.
     *
     * @param timeout how long to wait for Kafka; not negative
     */
    public void close(Duration timeout) {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        queue.close();
        loop.close(timeout);
        schemas.close();
        log.info(
                "publisher closed: published={} acknowledged={} pendingInSpool={} dropped={} rejected={}",
                counters.published(),
                counters.acknowledged(),
                pendingEvents(),
                counters.dropped(),
                counters.rejected());
    }
}
