package dev.tollgate.cli.operate;

import dev.tollgate.cli.logging.LogIdentity;
import dev.tollgate.cli.metrics.ProcessHealth;
import dev.tollgate.cli.metrics.ProcessMetrics;
import dev.tollgate.schemas.metrics.MetricsConfig;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs a long-lived role until it ends by itself or the process is asked to stop, and then closes it. */
final class RoleRunner {
    private static final Logger LOG = LoggerFactory.getLogger(RoleRunner.class);
    private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(60);

    private RoleRunner() {}

    /** Something that runs. */
    interface Role extends AutoCloseable {
        /** Returns when the role has ended by itself; throws what ended it. */
        void awaitTermination() throws Exception;

        /** How it is now. */
        ProcessHealth.State state();

        @Override
        void close();
    }

    /** Starts a role that registers its meters. */
    interface Start {
        Role start(MeterRegistry registry) throws Exception;
    }

    /**
     * Runs the role and returns the exit status: 0 after a stop that was asked for.
     *
     * @param config where its metrics are shown
     */
    static int run(String name, MetricsConfig config, Start start) throws Exception {
        return run(name, null, config, start);
    }

    /**
     * The same for a role that may have a name of its own.
     *
     * @param instance the name that this process keeps over restarts; null for none
     */
    static int run(String name, @Nullable String instance, MetricsConfig config, Start start) throws Exception {
        LogIdentity.set(name, instance);
        CountDownLatch closed = new CountDownLatch(1);
        try (ProcessMetrics metrics = ProcessMetrics.start(config);
                Role role = start.start(metrics.registry())) {
            metrics.health().watch(name, role::state);
            // Closing makes awaitTermination return; the JVM must not go before the role has left its group.
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                LOG.info("{} is asked to stop", name);
                role.close();
                await(closed);
            }));
            LOG.info("{} is running", name);
            role.awaitTermination();
            return 0;
        } finally {
            closed.countDown();
        }
    }

    private static void await(CountDownLatch closed) {
        try {
            if (!closed.await(CLOSE_PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                LOG.warn("did not stop within {}", CLOSE_PATIENCE);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
