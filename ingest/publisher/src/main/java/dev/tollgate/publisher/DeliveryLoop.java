package dev.tollgate.publisher;

import dev.tollgate.publisher.spool.Spool;
import dev.tollgate.publisher.spool.SpoolPosition;
import dev.tollgate.publisher.spool.SpoolRecord;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that moves events on: from the hand-over queue to Kafka's client, to the spool and from it, and out of
 * memory when Kafka has them.
 *
 * <p>Order is the point of having one. At every moment the events are in this order, oldest first:
 *
 * <ol>
 *   <li>{@link #sent}: handed to Kafka's client,
 *   <li>{@link #unsent}: taken, not handed over yet,
 *   <li>what is unread in the spool,
 *   <li>{@link #unspooled}: taken when the spool had no room,
 *   <li>the queue.
 * </ol>
 *
 * <p>An event never passes one before it. An event that the client does not take stops the line. While the spool has
 * something unread, what comes goes behind it. Before anything is appended to the spool, whatever of {@code sent} and
 * {@code unsent} is not in it yet is appended first, so that the spool alone has the right order after a crash. Chunks
 * in memory that are in the spool as well stay in memory and are not read again; when Kafka comes back, its client
 * delivers what it still has, and only then come the others.
 */
final class DeliveryLoop {
    private static final Logger log = LoggerFactory.getLogger(DeliveryLoop.class);
    private static final int CHUNK_EVENTS = 512;
    private static final long PAUSE_NANOS = TimeUnit.MICROSECONDS.toNanos(500);
    private static final long SLEEP_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long SPOOL_RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);
    /** A link at the edge of its capacity goes to and fro; a log line each time would help nobody. */
    private static final long OUTAGE_LOG_NANOS = TimeUnit.SECONDS.toNanos(10);
    /** Pauses without work before the thread sleeps and has to be woken, which costs a publisher a system call. */
    private static final int PAUSES_BEFORE_SLEEP = 40;

    private final HandOverQueue queue;
    private final KafkaLink link;
    private final SchemaResolver schemas;
    private final EventSchema schema;
    private final @Nullable Spool spool;
    private final SpoolUse spoolUse;
    private final long spoolAfterNanos;
    private final PublisherCounters counters;
    private final LossReport losses;
    private final long maxInFlightBytes;
    private final Thread thread;

    private final ArrayDeque<Chunk> sent = new ArrayDeque<>();
    private final ArrayDeque<Chunk> unsent = new ArrayDeque<>();
    private @Nullable Chunk unspooled;
    /** The event that was sent alone last; nothing is sent behind it before Kafka has taken or rejected it. */
    private @Nullable Envelope alone;

    private final Queue<FlushRequest> flushRequests = new ConcurrentLinkedQueue<>();
    private long inFlightBytes;
    private long spoolFailedAtNanos;
    private boolean spoolFailed;
    private boolean recovered;
    private volatile boolean outage;
    private boolean outageIsLogged;
    private long outageLoggedAtNanos = System.nanoTime() - OUTAGE_LOG_NANOS;
    private int idlePauses;
    private long failureLoggedAtNanos = System.nanoTime() - SLEEP_NANOS;
    /** Events taken from the queue and kept nowhere but in memory. */
    private final AtomicLong takenInMemoryOnly = new AtomicLong();

    private volatile boolean spoolFull;
    private volatile boolean asleep;
    private volatile boolean stopping;

    DeliveryLoop(
            PublisherConfig config,
            HandOverQueue queue,
            KafkaLink link,
            SchemaResolver schemas,
            EventSchema schema,
            @Nullable Spool spool,
            PublisherCounters counters,
            LossReport losses) {
        this.queue = queue;
        this.link = link;
        this.schemas = schemas;
        this.schema = schema;
        this.spool = spool;
        this.spoolUse = config.spoolUse();
        this.spoolAfterNanos = config.spoolAfter().toNanos();
        this.counters = counters;
        this.losses = losses;
        this.maxInFlightBytes = config.inFlightBytes();
        this.recovered = spool == null;
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

    /** Why the queue is full, as far as that can be told. Any thread. */
    DropReason reasonOfFullMemory() {
        return spoolFull ? DropReason.SPOOL_FULL : DropReason.MEMORY_FULL;
    }

    /** Events accepted, or recovered from the spool, and neither acknowledged nor lost. Any thread. */
    long pendingEvents() {
        long settled = counters.acknowledged() + counters.lost();
        return Math.max(0, counters.published() + counters.recovered() - settled);
    }

    /** An upper bound of the pending events that a crash of the process would lose. Any thread. */
    long eventsInMemoryOnly() {
        return queue.size() + takenInMemoryOnly.get();
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

    /**
     * Flushes, ends the thread and settles what is left. The queue is closed already. In an outage there is nothing to
     * wait for if the spool keeps the events.
     */
    void close(Duration timeout) {
        if (spool == null || !outage) {
            flush(timeout);
        }
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
                if (stepAndLog()) {
                    idlePauses = 0;
                } else {
                    pause();
                }
            }
        } finally {
            end();
        }
    }

    /** A bug in a corner must not silence all that comes after it. */
    private boolean stepAndLog() {
        try {
            return step(System.nanoTime());
        } catch (RuntimeException e) {
            long now = System.nanoTime();
            if (now - failureLoggedAtNanos >= SLEEP_NANOS) {
                failureLoggedAtNanos = now;
                log.error("delivery failed and goes on", e);
            }
            return false;
        }
    }

    /** Moves what can be moved; whether anything could. */
    private boolean step(long now) {
        boolean moved = settle(now);
        if (link.hasFailed()) {
            moved |= replaceProducer(now);
        }
        moved |= send();
        Spool disk = spool;
        if (disk == null) {
            moved |= takeDirectly(now);
        } else if (recovered) {
            moved |= takeWithSpool(disk, now);
        } else {
            // May take seconds: what follows needs to look at the clock again.
            moved |= recover(disk, now);
        }
        answerFlushRequests(disk);
        losses.logIfDue(now);
        return moved;
    }

    private boolean windowIsOpen() {
        return unsent.isEmpty() && inFlightBytes < maxInFlightBytes;
    }

    private boolean takeDirectly(long now) {
        if (!windowIsOpen()) {
            return false;
        }
        Chunk chunk = takeFromQueue(now);
        if (chunk == null) {
            return false;
        }
        putInLine(chunk);
        return true;
    }

    private void putInLine(Chunk chunk) {
        inFlightBytes += chunk.sizeBytes;
        unsent.add(chunk);
    }

    private @Nullable Chunk takeFromQueue(long now) {
        if (queue.isEmpty()) {
            return null;
        }
        // Counted before they leave the queue, so that nobody sees them in neither place.
        takenInMemoryOnly.addAndGet(CHUNK_EVENTS);
        List<Envelope> envelopes = new ArrayList<>(Math.min(CHUNK_EVENTS, queue.size()));
        while (envelopes.size() < CHUNK_EVENTS) {
            Envelope envelope = queue.poll();
            if (envelope == null) {
                break;
            }
            envelopes.add(envelope);
        }
        takenInMemoryOnly.addAndGet(envelopes.size() - CHUNK_EVENTS);
        return envelopes.isEmpty() ? null : new Chunk(envelopes, schema, link, now);
    }

    private boolean takeWithSpool(Spool disk, long now) {
        boolean moved = false;
        noteOutage(now);
        boolean mayWrite = !spoolFailed || now - spoolFailedAtNanos >= SPOOL_RETRY_NANOS;
        try {
            if (outage && mayWrite) {
                persistInFlight(disk);
            }
            boolean throughSpool = spoolUse == SpoolUse.ALWAYS
                    || outage
                    || unspooled != null
                    || disk.hasUnread()
                    || (!windowIsOpen() && queue.isHalfFull());
            if (throughSpool) {
                moved = mayWrite && spoolNext(disk, now);
                moved |= windowIsOpen() && readSpool(disk, now);
            } else {
                moved = takeDirectly(now);
            }
            Chunk waiting = unspooled;
            if (waiting != null && windowIsOpen() && !disk.hasUnread()) {
                unspooled = null;
                putInLine(waiting);
                moved = true;
            }
            disk.maintain(now);
            losses.dropped(DropReason.SPOOL_OVERWRITTEN, disk.takeOverwritten());
            losses.dropped(DropReason.SPOOL_DAMAGED, disk.takeCorrupt());
        } catch (IOException e) {
            noteSpoolFailure(e, now);
        }
        return moved;
    }

    /**
     * Kafka counts as away when the oldest event in line waits for too long, until it waits for less than half of that.
     */
    private void noteOutage(long now) {
        Chunk oldest = sent.isEmpty() ? unsent.peek() : sent.peek();
        long waitingNanos = oldest == null ? 0 : now - oldest.sinceNanos;
        boolean away = outage ? waitingNanos >= spoolAfterNanos / 2 : waitingNanos >= spoolAfterNanos;
        if (away == outage) {
            return;
        }
        outage = away;
        if (now - outageLoggedAtNanos >= OUTAGE_LOG_NANOS || outageIsLogged) {
            outageLoggedAtNanos = now;
            outageIsLogged = away;
            log.info(
                    away
                            ? "Kafka does not acknowledge, events go to the spool: waitingMillis={} pending={}"
                            : "Kafka acknowledges again: waitingMillis={} pending={}",
                    waitingNanos / 1_000_000,
                    pendingEvents());
        }
    }

    /** Appends what is in line and in memory only; whether the spool took it. */
    private boolean persistInFlight(Spool disk) throws IOException {
        return secure(disk, sent) && secure(disk, unsent);
    }

    private boolean secure(Spool disk, Collection<Chunk> line) throws IOException {
        for (Chunk chunk : line) {
            if (chunk.spooledUpTo() == null && !chunk.isSettled()) {
                if (!append(disk, chunk)) {
                    return false;
                }
                // Nothing was unread: what was spooled later went behind what is in line, and would have secured it
                // first.
                disk.skipTo(disk.end());
            }
        }
        return true;
    }

    private boolean append(Spool disk, Chunk chunk) throws IOException {
        List<SpoolRecord> records = chunk.unsettledRecords();
        if (records.isEmpty()) {
            return true;
        }
        SpoolPosition end = disk.append(records);
        spoolFailed = false;
        spoolFull = end == null;
        if (end == null) {
            return false;
        }
        chunk.spooled(end, records.size());
        takenInMemoryOnly.addAndGet(-chunk.envelopes.size());
        counters.spooled(records.size());
        return true;
    }

    /**
     * Brings the next events of the queue to the spool, and in line as well if there is room and nothing before them.
     */
    private boolean spoolNext(Spool disk, long now) throws IOException {
        Chunk chunk = unspooled != null ? unspooled : takeFromQueue(now);
        if (chunk == null) {
            return false;
        }
        unspooled = chunk;
        boolean behind = disk.hasUnread() || !windowIsOpen();
        if (!persistInFlight(disk) || !append(disk, chunk)) {
            return false;
        }
        unspooled = null;
        if (behind) {
            chunk.lostSight(losses);
        } else {
            disk.skipTo(disk.end());
            putInLine(chunk);
        }
        return true;
    }

    private boolean readSpool(Spool disk, long now) throws IOException {
        if (!disk.hasUnread()) {
            return false;
        }
        Spool.Batch batch = disk.read();
        if (batch == null || batch.records().isEmpty()) {
            return batch != null;
        }
        List<Envelope> envelopes = new ArrayList<>(batch.records().size());
        for (SpoolRecord record : batch.records()) {
            envelopes.add(new Envelope(record.key(), record.payload()));
        }
        Chunk chunk = new Chunk(envelopes, schemas.resolve(batch.schema()), link, now);
        chunk.spooled(batch.end(), envelopes.size());
        putInLine(chunk);
        return true;
    }

    private boolean recover(Spool disk, long now) {
        if (spoolFailed && now - spoolFailedAtNanos < SPOOL_RETRY_NANOS) {
            return false;
        }
        try {
            counters.recovered(disk.recover());
            recovered = true;
            spoolFailed = false;
            return true;
        } catch (IOException e) {
            noteSpoolFailure(e, now);
            return false;
        }
    }

    private void noteSpoolFailure(IOException e, long now) {
        spoolFailed = true;
        spoolFailedAtNanos = now;
        log.warn("spool cannot be used, next try in a second: pending={}", pendingEvents(), e);
    }

    private boolean send() {
        boolean moved = false;
        for (Chunk chunk = unsent.peek(); chunk != null; chunk = unsent.peek()) {
            if (!chunk.schema.isResolved()) {
                return moved;
            }
            for (Envelope next = chunk.nextToSend(); next != null; next = chunk.nextToSend()) {
                if (!mayBeSent(next, chunk)) {
                    return moved;
                }
                if (!link.send(next, chunk.schema.id())) {
                    alone = null;
                    return moved;
                }
                chunk.sentOne();
                moved = true;
            }
            sent.add(unsent.remove());
        }
        return moved;
    }

    /**
     * Kafka rejects a batch for one record in it, and does not always say for which. So the records of a rejected batch
     * are sent one at a time: nothing else is under way meanwhile, and nothing is sent behind one before its end is
     * known.
     */
    private boolean mayBeSent(Envelope next, Chunk chunk) {
        Envelope before = alone;
        if (before != null && !before.isSettled()) {
            return false;
        }
        alone = null;
        if (next.isSuspect()) {
            if (!sent.isEmpty() || chunk.hasOutstanding()) {
                return false;
            }
            alone = next;
        }
        next.sendAlone(next.isSuspect());
        return true;
    }

    /** Lets go of the oldest chunks that Kafka has. */
    private boolean settle(long now) {
        boolean moved = false;
        for (Chunk chunk = sent.peek(); chunk != null && chunk.isSettled(); chunk = sent.peek()) {
            sent.remove().leave();
            inFlightBytes -= chunk.sizeBytes;
            moved = true;
            SpoolPosition spooledUpTo = chunk.spooledUpTo();
            if (spooledUpTo == null) {
                takenInMemoryOnly.addAndGet(-chunk.envelopes.size());
            } else if (spool != null) {
                try {
                    spool.acknowledge(spooledUpTo, chunk.spooledEvents());
                } catch (IOException e) {
                    noteSpoolFailure(e, now);
                }
            }
        }
        return moved;
    }

    private boolean replaceProducer(long now) {
        if (!link.recover(now)) {
            return false;
        }
        while (!sent.isEmpty()) {
            unsent.addFirst(sent.removeLast());
        }
        unsent.forEach(Chunk::rewind);
        alone = null;
        log.info("producer replaced: chunksToSendAgain={}", unsent.size());
        return true;
    }

    private void answerFlushRequests(@Nullable Spool disk) {
        if (flushRequests.isEmpty()) {
            return;
        }
        Iterator<FlushRequest> requests = flushRequests.iterator();
        while (requests.hasNext()) {
            FlushRequest request = requests.next();
            if (!request.marked && recovered && unspooled == null && queue.taken() >= request.ticket) {
                request.marked = true;
                request.last = unsent.isEmpty() ? sent.peekLast() : unsent.peekLast();
                request.spoolEnd = disk != null && disk.hasUnread() ? disk.end() : null;
            }
            if (request.marked && isDone(request, disk)) {
                request.done.countDown();
                requests.remove();
            }
        }
    }

    private static boolean isDone(FlushRequest request, @Nullable Spool disk) {
        boolean lineIsOut = request.last == null || request.last.isGone();
        boolean spoolIsOut =
                request.spoolEnd == null || disk == null || disk.acknowledged().compareTo(request.spoolEnd) >= 0;
        return lineIsOut && spoolIsOut;
    }

    private void pause() {
        boolean lineIsEmpty = sent.isEmpty() && unsent.isEmpty() && unspooled == null;
        if (!lineIsEmpty || ++idlePauses < PAUSES_BEFORE_SLEEP) {
            LockSupport.parkNanos(this, PAUSE_NANOS);
            return;
        }
        releaseSpoolFile();
        asleep = true;
        // An event that was offered before the flag went up did not wake anybody.
        if (queue.isEmpty() && flushRequests.isEmpty() && !stopping) {
            LockSupport.parkNanos(this, SLEEP_NANOS);
        }
        asleep = false;
    }

    private void releaseSpoolFile() {
        if (spool != null && recovered) {
            try {
                spool.releaseIfDone();
            } catch (IOException e) {
                noteSpoolFailure(e, System.nanoTime());
            }
        }
    }

    private void end() {
        queue.close();
        link.close();
        settle(System.nanoTime());
        Spool disk = spool;
        long left = 0;
        if (disk != null && recovered) {
            left = spoolTheRest(disk);
        } else {
            List<Chunk> rest = new ArrayList<>(sent);
            rest.addAll(unsent);
            left = unsettled(sent) + unsettled(unsent) + restOfQueue(rest);
            rest.forEach(chunk -> chunk.lostSight(losses));
        }
        losses.dropped(DropReason.UNDELIVERED_AT_CLOSE, left);
        if (disk != null) {
            try {
                disk.close();
            } catch (IOException e) {
                log.warn("spool was not closed cleanly", e);
            }
        }
        losses.logNew();
    }

    /** Brings what is in memory only to the spool; the number of events for which that failed. */
    private long spoolTheRest(Spool disk) {
        long left = 0;
        List<Chunk> rest = new ArrayList<>(sent);
        rest.addAll(unsent);
        if (unspooled != null) {
            rest.add(unspooled);
        }
        restOfQueue(rest);
        for (Chunk chunk : rest) {
            chunk.lostSight(losses);
            if (chunk.spooledUpTo() != null || chunk.isSettled()) {
                continue;
            }
            try {
                left += append(disk, chunk) ? 0 : chunk.unsettled();
            } catch (IOException e) {
                left += chunk.unsettled();
                noteSpoolFailure(e, System.nanoTime());
            }
        }
        losses.dropped(DropReason.SPOOL_OVERWRITTEN, disk.takeOverwritten());
        return left;
    }

    private long unsettled(Collection<Chunk> line) {
        return line.stream().mapToLong(Chunk::unsettled).sum();
    }

    /** Empties the closed queue; the number of events in it. */
    private long restOfQueue(Collection<Chunk> into) {
        long count = 0;
        while (!queue.isEmpty()) {
            Chunk chunk = takeFromQueue(System.nanoTime());
            if (chunk == null) {
                // Claimed and about to be filled.
                Thread.onSpinWait();
                continue;
            }
            count += chunk.envelopes.size();
            into.add(chunk);
        }
        return count;
    }

    private static final class FlushRequest {
        final long ticket;
        final CountDownLatch done = new CountDownLatch(1);
        boolean marked;

        @Nullable
        Chunk last;

        @Nullable
        SpoolPosition spoolEnd;

        FlushRequest(long ticket) {
            this.ticket = ticket;
        }
    }
}
