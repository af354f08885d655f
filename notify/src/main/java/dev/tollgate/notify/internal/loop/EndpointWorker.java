package dev.tollgate.notify.internal.loop;

import dev.tollgate.notify.internal.http.WebhookClient;
import dev.tollgate.schemas.retry.Backoff;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves one endpoint: begins a new session after each that failed, with waits between; while the endpoint is switched
 * off, looks every now and then whether it is switched on again. Thread-safe but for {@link #run}.
 */
public final class EndpointWorker implements Worker {
    private static final Logger log = LoggerFactory.getLogger(EndpointWorker.class);

    private final EndpointSession.Setup setup;
    private final Supplier<Consumer<byte[], byte[]>> consumers;
    private final Supplier<OpenJournal> journals;
    private final Supplier<WebhookClient> clients;
    private final Duration checkInterval;
    private final AtomicBoolean stopped = new AtomicBoolean();
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Backoff backoff = Backoff.between(Duration.ofMillis(200), Duration.ofSeconds(10));
    private volatile @Nullable EndpointSession session;
    private volatile boolean disabled;

    /** A journal with the producer to close behind it. */
    record OpenJournal(Journal journal, Runnable closing) {}

    /** @param checkInterval how often an endpoint that is off is looked at */
    EndpointWorker(
            EndpointSession.Setup setup,
            Supplier<Consumer<byte[], byte[]>> consumers,
            Supplier<OpenJournal> journals,
            Supplier<WebhookClient> clients,
            Duration checkInterval) {
        this.setup = setup;
        this.consumers = consumers;
        this.journals = journals;
        this.clients = clients;
        this.checkInterval = checkInterval;
    }

    @Override
    public void run() {
        try {
            while (!stopped.get()) {
                try {
                    live();
                } catch (KafkaException e) {
                    setup.metrics().countFailedSession();
                    Duration wait = backoff.next();
                    log.warn(
                            "endpoint begins again in {} ms: endpoint={} reason={}",
                            wait.toMillis(),
                            setup.name(),
                            String.valueOf(e));
                    pause(wait);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void live() throws InterruptedException {
        boolean off =
                setup.urlHash().equals(setup.progress().read(setup.name(), 0).disabledUrlHash());
        if (off) {
            if (!disabled) {
                log.warn(
                        "endpoint is switched off, since its receiver answered 410 Gone: endpoint={};"
                                + " 'tollgate notify enable {}' switches it on again",
                        setup.name(),
                        setup.name());
            }
            disabled = true;
            pause(checkInterval);
            return;
        }
        disabled = false;
        // Closed in the opposite order: nothing is sent any more when the group learns that this member has left.
        OpenJournal journal = journals.get();
        try (Consumer<byte[], byte[]> consumer = consumers.get();
                WebhookClient client = clients.get()) {
            EndpointSession current = new EndpointSession(setup, consumer, journal.journal(), client, stopped);
            session = current;
            disabled = current.run();
            backoff.reset();
        } finally {
            session = null;
            journal.closing().run();
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

    /** Whether it belongs to its group, or is switched off. */
    @Override
    public boolean isReady() {
        @Nullable EndpointSession current = session;
        return disabled || (current != null && current.isMember());
    }

    @Override
    public boolean isDisabled() {
        return disabled;
    }

    @Override
    public int pending() {
        @Nullable EndpointSession current = session;
        return current == null ? 0 : current.pending();
    }

    @Override
    public double oldestSeconds(InstantSource clock) {
        @Nullable EndpointSession current = session;
        long oldest = current == null ? 0 : current.oldestMillis();
        return oldest == 0 ? 0 : Math.max(0, clock.millis() - oldest) / 1_000.0;
    }

    @Override
    public int activeAlerts() {
        return 0;
    }
}
