package dev.tollgate.notify;

import dev.tollgate.notify.internal.body.MessageRenderer;
import dev.tollgate.notify.internal.http.Signer;
import dev.tollgate.notify.internal.http.WebhookClient;
import dev.tollgate.notify.internal.loop.EndpointWorker;
import dev.tollgate.notify.internal.loop.WorkerFactory;
import dev.tollgate.notify.status.NotifyMetrics;
import dev.tollgate.schemas.topic.Topic;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends limit events to the endpoints of its configuration, each for itself: one that does not answer stops no other.
 * Waits while Kafka or the registry is away. Any number of processes with the same configuration share the work.
 *
 * <p>Thread-safe.
 */
public final class Notify implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Notify.class);
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(5);
    private static final Duration JOIN_MARGIN = Duration.ofSeconds(15);

    private final NotifyConfig config;
    private final Admin admin;
    private final List<EndpointWorker> workers = new ArrayList<>();
    private final List<Thread> threads = new ArrayList<>();
    private final CountDownLatch ended;
    private final CountDownLatch closing = new CountDownLatch(1);
    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();

    private Notify(NotifyConfig config, MeterRegistry registry) {
        this.config = config;
        this.admin = Admin.create(config.adminProperties());
        this.ended = new CountDownLatch(config.endpoints().size());
        InstantSource clock = InstantSource.system();
        NotifyMetrics metrics = new NotifyMetrics(
                registry,
                () -> workers.stream().mapToInt(EndpointWorker::pending).sum(),
                () -> workers.stream()
                        .mapToDouble(worker -> worker.oldestSeconds(clock))
                        .max()
                        .orElse(0),
                () -> workers.stream().filter(EndpointWorker::isDisabled).count());
        WorkerFactory factory = new WorkerFactory(
                admin,
                config.readerProperties(),
                config.serdeProperties(),
                config.topics().name(Topic.LIMIT_EVENTS),
                config.topics().name(Topic.NOTIFY_PROGRESS),
                config.topics().name(Topic.NOTIFY_DELIVERIES),
                clock,
                metrics);
        String process = UUID.randomUUID().toString();
        for (Endpoint endpoint : config.endpoints()) {
            workers.add(worker(factory, endpoint, process));
        }
    }

    /**
     * Starts its threads and returns.
     *
     * @param registry gets the role's meters
     */
    public static Notify start(NotifyConfig config, MeterRegistry registry) {
        log.info("notify starts: {}", config);
        if (config.endpoints().isEmpty()) {
            log.warn("no endpoint is configured: set notify.endpoint.NAME.url and notify.endpoint.NAME.secrets");
        }
        Notify notify = new Notify(config, registry);
        for (int i = 0; i < notify.workers.size(); i++) {
            EndpointWorker worker = notify.workers.get(i);
            notify.threads.add(Thread.ofPlatform()
                    .name("tollgate-notify-" + config.endpoints().get(i).name())
                    .start(() -> notify.run(worker)));
        }
        return notify;
    }

    private EndpointWorker worker(WorkerFactory factory, Endpoint endpoint, String process) {
        return factory.worker(
                new WorkerFactory.Target(
                        endpoint.name(),
                        endpoint.urlHash(),
                        endpoint.fromBeginning(),
                        config.lanePolicy(endpoint),
                        config.requestTimeout(),
                        new MessageRenderer(endpoint.format(), config.source()),
                        endpoint.filter()::passes),
                config.consumerProperties(endpoint),
                config.producerProperties(endpoint, process),
                () -> client(config, endpoint),
                CHECK_INTERVAL);
    }

    static WebhookClient client(NotifyConfig config, Endpoint endpoint) {
        return new WebhookClient(
                endpoint.url(),
                new Signer(endpoint.secrets()),
                config.addresses(),
                config.requestTimeout(),
                config.parallel());
    }

    private void run(EndpointWorker worker) {
        try {
            worker.run();
        } catch (Throwable e) {
            // A bug: whoever watches the process is to see that it does not do its work.
            if (failure.compareAndSet(null, e)) {
                log.error("notify stops: {}", e.getMessage(), e);
            }
            workers.forEach(EndpointWorker::stop);
            closing.countDown();
        } finally {
            ended.countDown();
        }
    }

    /**
     * Waits until it has stopped.
     *
     * @throws IllegalStateException if it stopped for another reason than {@link #close}
     */
    public void awaitTermination() throws InterruptedException {
        closing.await();
        ended.await();
        Throwable cause = failure.get();
        if (cause != null) {
            throw new IllegalStateException("notify stopped: " + cause, cause);
        }
    }

    /** Whether it has stopped, for whatever reason. */
    public boolean isStopped() {
        return closing.getCount() == 0 && ended.getCount() == 0;
    }

    /** Whether every endpoint belongs to its group, or is switched off because its receiver is gone. */
    public boolean isReady() {
        return closing.getCount() > 0 && workers.stream().allMatch(EndpointWorker::isReady);
    }

    /** Waits for the requests that are under way, stores what became of them, and stops. Closing twice does nothing. */
    @Override
    public void close() {
        workers.forEach(EndpointWorker::stop);
        try {
            for (Thread thread : threads) {
                thread.join(config.requestTimeout().plus(JOIN_MARGIN));
                thread.interrupt();
            }
        } catch (InterruptedException e) {
            threads.forEach(Thread::interrupt);
            Thread.currentThread().interrupt();
        }
        admin.close();
        closing.countDown();
    }
}
