package dev.tollgate.notify.internal.loop;

import dev.tollgate.notify.internal.body.MessageRenderer;
import dev.tollgate.notify.internal.http.Answer;
import dev.tollgate.notify.internal.http.WebhookClient;
import dev.tollgate.notify.internal.lane.EndpointLanes;
import dev.tollgate.notify.internal.lane.EndpointLanes.Attempt;
import dev.tollgate.notify.internal.lane.LanePolicy;
import dev.tollgate.notify.internal.lane.PendingEvent;
import dev.tollgate.notify.internal.lane.Settlement;
import dev.tollgate.notify.status.EventFate;
import dev.tollgate.notify.status.NotifyMetrics;
import dev.tollgate.schemas.avro.LimitEvent;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One life of an endpoint: from joining its group to the first failure, or until it is stopped. What follows each other
 * for an account:
 *
 * <ol>
 *   <li>the request, on other threads;
 *   <li>its answer, as a settlement, in a transaction with the offsets, which the broker rejects if the partition has
 *       another owner by now;
 *   <li>the account's next event.
 * </ol>
 *
 * <p>Who dies between 1 and 2 has the event sent again, by whoever comes next, and no other of the account. A
 * transaction carries whatever is settled by then, so that many accounts share its cost. Before a partition is given
 * away, what is in flight of it is waited for.
 *
 * <p>All methods but {@link #isMember} and the figures belong to one thread.
 */
final class EndpointSession {
    private static final Logger log = LoggerFactory.getLogger(EndpointSession.class);

    private static final Duration IDLE_POLL = Duration.ofMillis(100);
    private static final long ANSWER_WAIT_MILLIS = 20;
    private static final long COMMIT_EVERY_MILLIS = 1_000;
    private static final Duration ANSWERS_COME_LATE_BY = Duration.ofSeconds(5);

    /** What does not change in the life of an endpoint. */
    record Setup(
            String name,
            String topic,
            boolean fromBeginning,
            String urlHash,
            LanePolicy policy,
            Duration requestTimeout,
            MessageRenderer renderer,
            EventRecords records,
            ProgressReader progress,
            InstantSource clock,
            NotifyMetrics metrics) {}

    private final Setup setup;
    private final Consumer<byte[], byte[]> consumer;
    private final Journal journal;
    private final WebhookClient client;
    private final EndpointLanes<LimitEvent> lanes;
    private final BlockingQueue<FinishedAttempt> answers = new LinkedBlockingQueue<>();
    private final List<Journal.Entry> unstored = new ArrayList<>();
    private final Map<TopicPartition, Long> committed = new HashMap<>();
    private final Set<TopicPartition> paused = new HashSet<>();
    private final AtomicBoolean stopped;
    private long lastCommitMillis;
    private volatile boolean member;
    private volatile int pending;
    private volatile long oldestMillis;

    EndpointSession(
            Setup setup,
            Consumer<byte[], byte[]> consumer,
            Journal journal,
            WebhookClient client,
            AtomicBoolean stopped) {
        this.setup = setup;
        this.consumer = consumer;
        this.journal = journal;
        this.client = client;
        this.stopped = stopped;
        this.lanes = new EndpointLanes<>(setup.policy());
    }

    /**
     * Runs until it is stopped or the receiver is gone.
     *
     * @return whether the receiver is gone
     */
    boolean run() throws InterruptedException {
        journal.open();
        consumer.subscribe(List.of(setup.topic()), new Rebalance());
        while (!stopped.get() && !lanes.isDisabled()) {
            step();
        }
        waitForAnswers(partitions());
        store(true);
        return lanes.isDisabled();
    }

    /** Whether it belongs to its group. */
    boolean isMember() {
        return member;
    }

    /** Events that are not done. */
    int pending() {
        return pending;
    }

    /** When the log took the oldest of them; 0 if all are done. */
    long oldestMillis() {
        return oldestMillis;
    }

    private void step() throws InterruptedException {
        if (unsettled() > 0) {
            settle(answers.poll(ANSWER_WAIT_MILLIS, TimeUnit.MILLISECONDS));
        }
        settleAll();
        take();
        settleAll();
        store(false);
        for (Settlement<LimitEvent> superseded : start()) {
            unstored.add(new Journal.Entry(superseded, null));
        }
        pauseAndResume();
        pending = lanes.pending();
        oldestMillis = lanes.oldestAppendedAtMillis().orElse(0);
    }

    private void take() {
        Iterable<ConsumerRecord<byte[], byte[]>> polled;
        try {
            polled = consumer.poll(pollTimeout());
        } catch (OffsetOutOfRangeException e) {
            log.error(
                    "limit events were deleted from the log before they could be read: endpoint={} offsets={};"
                            + " reading goes on with the oldest that are left",
                    setup.name(),
                    e.offsetOutOfRangePartitions());
            consumer.seekToBeginning(e.offsetOutOfRangePartitions().keySet());
            return;
        }
        for (ConsumerRecord<byte[], byte[]> one : polled) {
            EventRecords.Read read = setup.records().read(one);
            @Nullable PendingEvent<LimitEvent> event = read.event();
            EventFate fate = read.fate();
            if (event == null) {
                lanes.pass(one.partition(), one.offset());
            } else if (!lanes.add(event)) {
                fate = EventFate.DONE;
            }
            setup.metrics().count(fate);
        }
    }

    private Duration pollTimeout() {
        if (unsettled() > 0 || !unstored.isEmpty() || !answers.isEmpty()) {
            return Duration.ZERO;
        }
        long untilDue =
                lanes.nextDueMillis().orElse(Long.MAX_VALUE) - setup.clock().millis();
        return untilDue >= IDLE_POLL.toMillis() ? IDLE_POLL : Duration.ofMillis(Math.max(0, untilDue));
    }

    private List<Settlement<LimitEvent>> start() {
        EndpointLanes.Work<LimitEvent> work = lanes.start(setup.clock().millis());
        for (Attempt<LimitEvent> attempt : work.attempts()) {
            Instant startedAt = setup.clock().instant();
            long from = System.nanoTime();
            client.send(
                    setup.renderer().render(attempt.event().payload()),
                    startedAt,
                    answer -> answers.add(new FinishedAttempt(
                            attempt, answer, startedAt, Duration.ofNanos(System.nanoTime() - from))));
        }
        return work.superseded();
    }

    private void settleAll() {
        for (@Nullable FinishedAttempt next = answers.poll(); next != null; next = answers.poll()) {
            settle(next);
        }
    }

    private void settle(@Nullable FinishedAttempt finished) {
        if (finished == null) {
            return;
        }
        Answer answer = finished.answer();
        setup.metrics().count(answer, finished.duration());
        PendingEvent<LimitEvent> event = finished.attempt().event();
        if (!lanes.isBusyWith(event)) {
            return; // Its partition is somebody else's, who sends it again.
        }
        Settlement<LimitEvent> settlement =
                lanes.settle(event, answer.result(), setup.clock().millis());
        if (settlement.outcome() != Settlement.Outcome.DELIVERED) {
            log.warn(
                    "message was not delivered: endpoint={} account={} event={} attempt={} outcome={} reason={}",
                    setup.name(),
                    event.account(),
                    event.id(),
                    settlement.attempts(),
                    settlement.outcome(),
                    answer.detail());
        }
        unstored.add(new Journal.Entry(settlement, finished));
    }

    /** @param now also offsets that have moved on by themselves, which else wait a second */
    private void store(boolean now) {
        long millis = setup.clock().millis();
        boolean due = now || millis - lastCommitMillis >= COMMIT_EVERY_MILLIS;
        if (unstored.isEmpty() && !due) {
            return;
        }
        Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
        for (TopicPartition partition : partitions()) {
            lanes.pass(partition.partition(), consumer.position(partition) - 1);
            long offset = lanes.committable(partition.partition());
            boolean touched = unstored.stream()
                    .anyMatch(entry -> entry.settlement().event().partition() == partition.partition());
            if (touched || !Long.valueOf(offset).equals(committed.get(partition))) {
                offsets.put(partition, new OffsetAndMetadata(offset));
            }
        }
        lastCommitMillis = millis;
        if (offsets.isEmpty()) {
            return;
        }
        journal.store(
                unstored,
                offsets,
                consumer.groupMetadata(),
                setup.urlHash(),
                setup.clock().instant());
        offsets.forEach((partition, offset) -> committed.put(partition, offset.offset()));
        for (Journal.Entry entry : unstored) {
            setup.metrics().count(entry.settlement().outcome());
            lanes.stored(entry.settlement());
        }
        unstored.clear();
    }

    private void pauseAndResume() {
        for (TopicPartition partition : partitions()) {
            if (lanes.isFull(partition.partition())) {
                if (paused.add(partition)) {
                    consumer.pause(List.of(partition));
                }
            } else if (paused.contains(partition) && lanes.hasRoom(partition.partition())) {
                paused.remove(partition);
                consumer.resume(List.of(partition));
            }
        }
    }

    /** The assigned partitions whose progress is known. */
    private Set<TopicPartition> partitions() {
        Set<TopicPartition> known = new HashSet<>();
        for (TopicPartition partition : consumer.assignment()) {
            if (lanes.has(partition.partition())) {
                known.add(partition);
            }
        }
        return known;
    }

    /** Waits for what is in flight; each request ends within its time-out. */
    private void waitForAnswers(Collection<TopicPartition> partitions) throws InterruptedException {
        long deadline = System.nanoTime()
                + setup.requestTimeout().plus(ANSWERS_COME_LATE_BY).toNanos();
        while (!partitions.isEmpty() && unsettled() > 0 && System.nanoTime() - deadline < 0) {
            settle(answers.poll(ANSWER_WAIT_MILLIS, TimeUnit.MILLISECONDS));
        }
    }

    /** Requests whose answers have not been looked at. */
    private int unsettled() {
        return lanes.inFlight() - unstored.size();
    }

    private final class Rebalance implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
            try {
                Map<TopicPartition, OffsetAndMetadata> offsets = consumer.committed(Set.copyOf(assigned));
                for (TopicPartition partition : assigned) {
                    StoredProgress stored = setup.progress().read(setup.name(), partition.partition());
                    @Nullable OffsetAndMetadata offset = offsets.get(partition);
                    long position = offset == null ? firstPosition(partition, stored) : offset.offset();
                    consumer.seek(partition, position);
                    lanes.assign(partition.partition(), position, stored.accounts());
                    if (offset != null) {
                        committed.put(partition, position);
                    }
                }
                member = true;
            } catch (InterruptedException e) {
                throw new InterruptException(e);
            }
        }

        /**
         * An endpoint that has sent something before is no new one: its offsets were forgotten because it was away for
         * long, and what it has done is known.
         */
        private long firstPosition(TopicPartition partition, StoredProgress stored) {
            boolean beginning = setup.fromBeginning() || !stored.accounts().isEmpty();
            Map<TopicPartition, Long> bounds =
                    beginning ? consumer.beginningOffsets(List.of(partition)) : consumer.endOffsets(List.of(partition));
            return bounds.getOrDefault(partition, 0L);
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
            try {
                waitForAnswers(revoked);
                store(true);
            } catch (InterruptedException e) {
                throw new InterruptException(e);
            }
            forget(revoked);
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> lost) {
            log.warn("partitions went to another process: endpoint={} partitions={}", setup.name(), lost);
            unstored.removeIf(entry -> lost.stream()
                    .anyMatch(partition ->
                            partition.partition() == entry.settlement().event().partition()));
            forget(lost);
        }

        private void forget(Collection<TopicPartition> gone) {
            for (TopicPartition partition : gone) {
                lanes.revoke(partition.partition());
                committed.remove(partition);
                paused.remove(partition);
            }
        }
    }
}
