package dev.tollgate.notify;

import dev.tollgate.notify.internal.alert.AlertBody;
import dev.tollgate.notify.internal.alert.SnapshotAlerts;
import dev.tollgate.notify.internal.http.PostClient;
import dev.tollgate.notify.internal.http.WebhookClient;
import dev.tollgate.notify.internal.loop.Worker;
import dev.tollgate.notify.internal.loop.WorkerFactory;
import dev.tollgate.notify.status.NotifyMetrics;
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
 * Sends limit events and alerts to the endpoints of its configuration, each for itself: one that does not answer stops
 * no other. Waits while Kafka or the registry is away. Any number of processes with the same configuration share the
 * work.
 *
 * <p>Thread-safe.
 */
public final class Notify implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Notify.class);
    private static final Duration CHECK_INTERVAL = Duration.ofSeconds(5);
    private static final Duration JOIN_MARGIN = Duration.ofSeconds(15);

    private final NotifyConfig config;
    private final Admin admin;
    private final List<Worker> workers = new ArrayList<>();
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
                () -> workers.stream().mapToInt(Worker::pending).sum(),
                () -> workers.stream()
                        .mapToDouble(worker -> worker.oldestSeconds(clock))
                        .max()
                        .orElse(0),
                () -> workers.stream().filter(Worker::isDisabled).count(),
                () -> workers.stream().mapToInt(Worker::activeAlerts).sum());
        WorkerFactory factory = new WorkerFactory(
                admin, config.readerProperties(), config.serdeProperties(), config.topics(), clock, metrics);
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
            Worker worker = notify.workers.get(i);
            notify.threads.add(Thread.ofPlatform()
                    .name("tollgate-notify-" + config.endpoints().get(i).name())
                    .start(() -> notify.run(worker)));
        }
        return notify;
    }

    private Worker worker(WorkerFactory factory, Endpoint endpoint, String process) {
        if (endpoint.kind() == EndpointKind.ALERTMANAGER) {
            return factory.alertmanager(
                    new WorkerFactory.AlertTarget(
                            endpoint.name(),
                            config.resendInterval(),
                            config.requestTimeout(),
                            new SnapshotAlerts(endpoint.filter()),
                            new AlertBody(config.generatorUrl())),
                    config.consumerProperties(endpoint),
                    () -> alertClient(config, endpoint));
        }
        return factory.worker(
                new WorkerFactory.Target(
                        endpoint.name(),
                        endpoint.urlHash(),
                        endpoint.fromBeginning(),
                        config.lanePolicy(endpoint),
                        config.requestTimeout(),
                        endpoint.renderer(config.source()),
                        endpoint.filter()::passes),
                config.consumerProperties(endpoint),
                config.producerProperties(endpoint, process),
                () -> client(config, endpoint),
                CHECK_INTERVAL);
    }

    static WebhookClient client(NotifyConfig config, Endpoint endpoint) {
        return new WebhookClient(
                endpoint.url(), endpoint.signer(), config.addresses(), config.requestTimeout(), config.parallel());
    }

    static PostClient alertClient(NotifyConfig config, Endpoint endpoint) {
        return new PostClient(endpoint.alertsUrl(), config.addresses(), config.requestTimeout(), 1);
    }

    private void run(Worker worker) {
        try {
            worker.run();
        } catch (Throwable e) {
            // A bug: whoever watches the process is to see that it does not do its work.
            if (failure.compareAndSet(null, e)) {
                log.error("notify stops: {}", e.getMessage(), e);
            }
            workers.forEach(Worker::stop);
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

    /** Whether every endpoint belongs to its group (and has read its snapshots), or its receiver is gone. */
    public boolean isReady() {
        return closing.getCount() > 0 && workers.stream().allMatch(Worker::isReady);
    }

    /** Waits for the requests that are under way, stores what became of them, and stops. Closing twice does nothing. */
    @Override
    public void close() {
        workers.forEach(Worker::stop);
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
