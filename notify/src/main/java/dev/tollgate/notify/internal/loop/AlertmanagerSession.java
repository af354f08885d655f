package dev.tollgate.notify.internal.loop;

import dev.tollgate.notify.internal.alert.AlertBook;
import dev.tollgate.notify.internal.alert.AlertPost;
import dev.tollgate.notify.internal.http.Answer;
import dev.tollgate.notify.internal.http.PostClient;
import dev.tollgate.notify.status.EventFate;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.retry.Backoff;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One life of an endpoint that is an Alertmanager: from joining its group to the first failure of Kafka, or until it is
 * stopped. Each partition is read from its beginning when it is taken over, and no offset is committed. Posts are made
 * one after the other on the same thread, so that what is sent is never older than what was sent before.
 *
 * <p>All methods but {@link #isReady} and {@link #active} belong to one thread.
 */
final class AlertmanagerSession {
    private static final Logger log = LoggerFactory.getLogger(AlertmanagerSession.class);
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration ANSWERS_COME_LATE_BY = Duration.ofSeconds(5);

    /** A body of some 400 kB. */
    private static final int ALERTS_OF_A_POST = 500;

    private final AlertmanagerWorker.Setup setup;
    private final Consumer<byte[], byte[]> consumer;
    private final PostClient client;
    private final AtomicBoolean stopped;
    private final AlertBook book;
    private final Map<TopicPartition, Long> ends = new HashMap<>();
    private final Backoff backoff = Backoff.between(Duration.ofMillis(500), Duration.ofSeconds(10));
    private Instant notBefore = Instant.EPOCH;
    private boolean failing;
    private boolean member;
    private volatile boolean ready;
    private volatile int active;

    AlertmanagerSession(
            AlertmanagerWorker.Setup setup,
            Consumer<byte[], byte[]> consumer,
            PostClient client,
            AtomicBoolean stopped) {
        this.setup = setup;
        this.consumer = consumer;
        this.client = client;
        this.stopped = stopped;
        this.book = new AlertBook(setup.alerts(), setup.interval());
    }

    /** Runs until it is stopped. */
    void run() throws InterruptedException {
        consumer.subscribe(List.of(setup.topic()), new Rebalance());
        while (!stopped.get()) {
            for (ConsumerRecord<byte[], byte[]> polled : consumer.poll(POLL)) {
                take(polled);
            }
            noteEnds();
            Instant now = setup.clock().instant();
            if (!now.isBefore(notBefore)) {
                post(book.due(now));
            }
            active = book.active();
            ready = member && ends.isEmpty();
        }
    }

    /** Whether it belongs to its group and has read what it owns. */
    boolean isReady() {
        return ready;
    }

    /** Alerts that hold. */
    int active() {
        return active;
    }

    /** A snapshot that cannot be decoded is passed: the one before it holds until the next. */
    private void take(ConsumerRecord<byte[], byte[]> polled) {
        @Nullable LimitState state;
        try {
            state = polled.value() == null ? null : setup.values().deserialize(polled.topic(), polled.value());
        } catch (SerializationException e) {
            setup.metrics().count(EventFate.UNDECODABLE);
            log.error(
                    "snapshot cannot be decoded and is passed: topic={} partition={} offset={}",
                    polled.topic(),
                    polled.partition(),
                    polled.offset(),
                    e);
            return;
        }
        String key = polled.key() == null ? "" : new String(polled.key(), StandardCharsets.UTF_8);
        book.apply(polled.partition(), key, state, setup.clock().instant());
    }

    private void noteEnds() {
        Iterator<Map.Entry<TopicPartition, Long>> waiting = ends.entrySet().iterator();
        while (waiting.hasNext()) {
            Map.Entry<TopicPartition, Long> end = waiting.next();
            if (consumer.position(end.getKey()) >= end.getValue()) {
                book.complete(end.getKey().partition());
                waiting.remove();
            }
        }
    }

    private void post(List<AlertPost> due) throws InterruptedException {
        boolean allTaken = true;
        for (int from = 0; from < due.size() && !stopped.get(); from += ALERTS_OF_A_POST) {
            List<AlertPost> some = due.subList(from, Math.min(due.size(), from + ALERTS_OF_A_POST));
            Answer answer = send(some);
            if (answer.failure() == null) {
                book.accepted(some, setup.clock().instant());
                setup.metrics().countAlerts(some.size());
                continue;
            }
            allTaken = false;
            failed(answer, some.size());
            if (answer.status() == null || answer.status() / 100 != 4) {
                break;
            }
            // It answers, and does not want these: the others are tried.
        }
        if (allTaken && !due.isEmpty()) {
            if (failing) {
                log.info("Alertmanager takes alerts again: endpoint={}", setup.name());
            }
            failing = false;
            backoff.reset();
        }
    }

    private Answer send(List<AlertPost> some) throws InterruptedException {
        long from = System.nanoTime();
        CompletableFuture<Answer> answered = new CompletableFuture<>();
        client.post(Map.of(), setup.body().bytes(some), setup.clock().instant(), answered::complete);
        try {
            Answer answer = answered.get(
                    setup.requestTimeout().plus(ANSWERS_COME_LATE_BY).toMillis(), TimeUnit.MILLISECONDS);
            setup.metrics().count(answer, Duration.ofNanos(System.nanoTime() - from));
            return answer;
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException("a request ends within its time-out", e);
        }
    }

    /** One warning for each time that it begins to fail: an Alertmanager that is away for a day is told once. */
    private void failed(Answer answer, int alerts) {
        Duration wait = answer.retryAfter().compareTo(setup.interval()) < 0
                        && !answer.retryAfter().isZero()
                ? answer.retryAfter()
                : backoff.next();
        notBefore = setup.clock().instant().plus(wait);
        if (!failing) {
            log.warn(
                    "Alertmanager does not take alerts, they are sent again until it does: endpoint={} alerts={}"
                            + " reason={}",
                    setup.name(),
                    alerts,
                    answer.detail());
        }
        failing = true;
    }

    private final class Rebalance implements ConsumerRebalanceListener {
        @Override
        public void onPartitionsAssigned(Collection<TopicPartition> assigned) {
            consumer.seekToBeginning(assigned);
            ends.putAll(consumer.endOffsets(assigned));
            member = true;
        }

        @Override
        public void onPartitionsRevoked(Collection<TopicPartition> revoked) {
            for (TopicPartition partition : revoked) {
                ends.remove(partition);
                book.drop(partition.partition());
            }
        }

        @Override
        public void onPartitionsLost(Collection<TopicPartition> lost) {
            onPartitionsRevoked(lost);
        }
    }
}
