package dev.tollgate.publisher;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that moves events on: from the hand-over queue to Kafka's client, and out of memory when Kafka has them.
 *
 * <p>Order is the point of having one. Events are always in this order, oldest first: {@link #sent} (handed to the client),
 * {@link #unsent} (taken, not handed over yet), the queue. An event that the client does not take now stops the line behind
 * it.
 */
final class DeliveryLoop {
    private static final Logger log = LoggerFactory.getLogger(DeliveryLoop.class);
    private static final int CHUNK_EVENTS = 512;
    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);
    private static final long SLEEP_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** Pauses without work before the thread sleeps and has to be woken, which costs a publisher a system call. */
    private static final int PAUSES_BEFORE_SLEEP = 40;

    private final HandOverQueue queue;
    private final KafkaLink link;
    private final EventSchema schema;
    private final PublisherCounters counters;
    private final PublisherListener listener;
    private final LossReport losses;
    private final long maxInFlightBytes;
    private final Thread thread;

    private final ArrayDeque<Chunk> sent = new ArrayDeque<>();
    private final ArrayDeque<Chunk> unsent = new ArrayDeque<>();
    private final Queue<FlushRequest> flushRequests = new ConcurrentLinkedQueue<>();
    private long inFlightBytes;
    private int idlePauses;
    private volatile boolean asleep;
    private volatile boolean stopping;

    DeliveryLoop(
            PublisherConfig config,
            HandOverQueue queue,
            KafkaLink link,
            EventSchema schema,
            PublisherCounters counters,
            PublisherListener listener) {
        this.queue = queue;
        this.link = link;
        this.schema = schema;
        this.counters = counters;
        this.listener = listener;
        this.losses = new LossReport(counters);
        this.maxInFlightBytes = config.inFlightBytes();
        this.thread = PublisherThreads.daemon("tollgate-publisher", this::run);
    }

    void start() {
        thread.start();
    }

    /** To be called after each offer to the queue. Any thread. */
    void wakeIfAsleep() {
        if (asleep) {
            asleep = false;
            LockSupport.unpark(thread);
        }
    }

    void noteRejection(RejectionReason reason, String detail) {
        losses.note(reason, detail);
    }

    DropReason reasonOfFullMemory() {
        return DropReason.MEMORY_FULL;
    }

    long pendingEvents() {
        long settled = counters.acknowledged()
                + counters.dropped(DropReason.TOO_LARGE_FOR_KAFKA)
                + counters.dropped(DropReason.UNDELIVERED_AT_CLOSE);
        return Math.max(0, counters.published() - settled);
    }

    boolean flush(Duration timeout) {
        FlushRequest request = new FlushRequest(queue.claimed());
        flushRequests.add(request);
        LockSupport.unpark(thread);
        try {
            return request.done.await(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            flushRequests.remove(request);
        }
    }

    /** Flushes, ends the thread and settles what is left. The queue is closed already. */
    void close(Duration timeout) {
        flush(timeout);
        stopping = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!stopping) {
                if (step()) {
                    idlePauses = 0;
                } else {
                    pause();
                }
            }
        } finally {
            end();
        }
    }

    /** Moves what can be moved; whether anything could. */
    private boolean step() {
        boolean moved = settle();
        if (link.hasFailed()) {
            moved |= replaceProducer();
        }
        moved |= send();
        if (unsent.isEmpty() && inFlightBytes < maxInFlightBytes) {
            Chunk chunk = take();
            if (chunk != null) {
                inFlightBytes += chunk.sizeBytes;
                unsent.add(chunk);
                moved = true;
            }
        }
        answerFlushRequests();
        losses.logIfDue(System.nanoTime());
        return moved;
    }

    private @Nullable Chunk take() {
        Envelope envelope = queue.poll();
        if (envelope == null) {
            return null;
        }
        List<Envelope> envelopes = new ArrayList<>(Math.min(CHUNK_EVENTS, queue.size() + 1));
        while (envelope != null) {
            envelopes.add(envelope);
            envelope = envelopes.size() < CHUNK_EVENTS ? queue.poll() : null;
        }
        return new Chunk(envelopes, schema, link);
    }

    private boolean send() {
        boolean moved = false;
        for (Chunk chunk = unsent.peek(); chunk != null; chunk = unsent.peek()) {
            if (!chunk.schema.isResolved()) {
                return moved;
            }
            for (Envelope next = chunk.nextToSend(); next != null; next = chunk.nextToSend()) {
                if (!link.send(next, chunk.schema.id())) {
                    return moved;
                }
                chunk.sentOne();
                moved = true;
            }
            sent.add(unsent.remove());
        }
        return moved;
    }

    /** Lets go of the oldest chunks that Kafka has. */
    private boolean settle() {
        boolean moved = false;
        for (Chunk chunk = sent.peek(); chunk != null && chunk.isSettled(); chunk = sent.peek()) {
            sent.remove().leave();
            inFlightBytes -= chunk.sizeBytes;
            moved = true;
        }
        return moved;
    }

    private boolean replaceProducer() {
        if (!link.recover(System.nanoTime())) {
            return false;
        }
        while (!sent.isEmpty()) {
            unsent.addFirst(sent.removeLast());
        }
        unsent.forEach(Chunk::rewind);
        log.info("producer replaced: chunksToSendAgain={}", unsent.size());
        return true;
    }

    private void answerFlushRequests() {
        Iterator<FlushRequest> requests = flushRequests.iterator();
        while (requests.hasNext()) {
            FlushRequest request = requests.next();
            if (!request.marked && queue.taken() >= request.ticket) {
                request.marked = true;
                request.last = unsent.isEmpty() ? sent.peekLast() : unsent.peekLast();
            }
            if (request.marked && (request.last == null || request.last.isGone())) {
                request.done.countDown();
                requests.remove();
            }
        }
    }

    private void pause() {
        boolean nothingLeft = sent.isEmpty() && unsent.isEmpty();
        if (!nothingLeft || ++idlePauses < PAUSES_BEFORE_SLEEP) {
            LockSupport.parkNanos(this, PAUSE_NANOS);
            return;
        }
        asleep = true;
        // An event that was offered before the flag went up did not wake anybody.
        if (queue.isEmpty() && flushRequests.isEmpty() && !stopping) {
            LockSupport.parkNanos(this, SLEEP_NANOS);
        }
        asleep = false;
    }

    private void end() {
        queue.close();
        link.close();
        long left = 0;
        for (Chunk chunk : sent) {
            left += chunk.unsettled();
        }
        for (Chunk chunk : unsent) {
            left += chunk.unsettled();
        }
        while (!queue.isEmpty()) {
            if (queue.poll() == null) {
                // Claimed and about to be filled.
                Thread.onSpinWait();
            } else {
                left++;
            }
        }
        if (left > 0) {
            counters.dropped(DropReason.UNDELIVERED_AT_CLOSE, left);
            try {
                listener.dropped(DropReason.UNDELIVERED_AT_CLOSE, left);
            } catch (RuntimeException e) {
                log.warn("listener failed: reason={}", DropReason.UNDELIVERED_AT_CLOSE, e);
            }
        }
        losses.logNew();
    }

    private static final class FlushRequest {
        final long ticket;
        final CountDownLatch done = new CountDownLatch(1);
        boolean marked;

        @Nullable
        Chunk last;

        FlushRequest(long ticket) {
            this.ticket = ticket;
        }
    }
}
