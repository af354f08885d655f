package dev.tollgate.notify.internal.loop;

import dev.tollgate.notify.internal.alert.AlertBody;
import dev.tollgate.notify.internal.alert.SnapshotAlerts;
import dev.tollgate.notify.internal.http.PostClient;
import dev.tollgate.notify.status.NotifyMetrics;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.retry.Backoff;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one Alertmanager at what {@code limit-state} says. Stores nothing: a new session reads the topic from its
 * beginning again. Thread-safe but for {@link #run}.
 */
public final class AlertmanagerWorker implements Worker {
    private static final Logger log = LoggerFactory.getLogger(AlertmanagerWorker.class);

    private final Setup setup;
    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final Supplier<PostClient> clients;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Backoff backoff = Backoff.between(Duration.ofMillis(200), Duration.ofSeconds(10));
    private volatile @Nullable AlertmanagerSession session;

    /**
     * What does not change in the life of an endpoint.
     *
     * @param topic full name of {@code limit-state}
     * @param interval how long an accepted alert is not sent again
     */
    record Setup(
            String name,
            String topic,
            Duration interval,
            Duration requestTimeout,
            SnapshotAlerts alerts,
            AlertBody body,
            Deserializer<LimitState> values,
            InstantSource clock,
            NotifyMetrics metrics) {}

    /** @param clients new clients of the Alertmanager */
    AlertmanagerWorker(Setup setup, Supplier<Consumer<byte[], byte[]>> consumers, Supplier<PostClient> clients) {
        this.setup = setup;
        this.consumers = consumers;
        this.clients = clients;
    }

    @Override
    public void run() {
        try {
            while (!stopped.get()) {
                try (Consumer<byte[], byte[]> consumer = consumers.get();
                        PostClient client = clients.get()) {
                    AlertmanagerSession current = new AlertmanagerSession(setup, consumer, client, stopped);
                    session = current;
                    current.run();
                    backoff.reset();
                } catch (KafkaException e) {
                    setup.metrics().countFailedSession();
                    Duration wait = backoff.next();
                    log.warn(
                            "endpoint begins again in {} ms: endpoint={} reason={}",
                            wait.toMillis(),
                            setup.name(),
                            String.valueOf(e));
                    pause(wait);
                } finally {
                    session = null;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void pause(Duration duration) throws InterruptedException {
        boolean ended = stopping.await(duration.toMillis(), TimeUnit.MILLISECONDS);
        if (ended) {
            log.debug("endpoint stops: endpoint={}", setup.name());
        }
    }

    @Override
    public void stop() {
        stopped.set(true);
        stopping.countDown();
    }

    /** Whether it belongs to its group and has read its partitions. */
    @Override
    public boolean isReady() {
        @Nullable AlertmanagerSession current = session;
        return current != null && current.isReady();
    }

    @Override
    public boolean isDisabled() {
        return false;
    }

    @Override
    public int pending() {
        return 0;
    }

    @Override
    public double oldestSeconds(InstantSource clock) {
        return 0;
    }

    @Override
    public int activeAlerts() {
        @Nullable AlertmanagerSession current = session;
        return current == null ? 0 : current.active();
    }
}
