package dev.tollgate.cli.metrics;

import dev.tollgate.schemas.metrics.ListenAddress;
import dev.tollgate.schemas.metrics.MetricsConfig;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmInfoMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.net.URI;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one registry of a process, which all of its roles share, and the listener that shows it where
 * {@code metrics.listen} says so, with the health of the roles beside it. Then the JVM's own meters are in it too.
 * Without a listener roles count all the same, and nobody reads it.
 */
public final class ProcessMetrics implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ProcessMetrics.class);

    private final MeterRegistry registry;
    private final ProcessHealth health;
    private final @Nullable JvmGcMetrics garbage;
    private final @Nullable ManagementServer server;

    private ProcessMetrics(
            MeterRegistry registry,
            ProcessHealth health,
            @Nullable JvmGcMetrics garbage,
            @Nullable ManagementServer server) {
        this.registry = registry;
        this.health = health;
        this.garbage = garbage;
        this.server = server;
    }

    /**
     * Listens, if that is configured.
     *
     * @throws dev.tollgate.cli.terminal.CommandFailure if the address cannot be listened on
     */
    public static ProcessMetrics start(MetricsConfig config) {
        ListenAddress listen = config.listen();
        ProcessHealth health = new ProcessHealth();
        if (listen == null) {
            return new ProcessMetrics(new SimpleMeterRegistry(), health, null, null);
        }
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        ManagementServer server = ManagementServer.start(listen, registry::scrape, health);
        LOG.info("metrics are served: address={}", server.address());
        JvmGcMetrics garbage = new JvmGcMetrics();
        List<MeterBinder> jvm = List.of(
                garbage,
                new JvmMemoryMetrics(),
                new JvmThreadMetrics(),
                new JvmInfoMetrics(),
                new ClassLoaderMetrics(),
                new ProcessorMetrics(),
                new FileDescriptorMetrics(),
                new UptimeMetrics());
        jvm.forEach(binder -> binder.bindTo(registry));
        return new ProcessMetrics(registry, health, garbage, server);
    }

    /** What the roles of this process get. */
    public MeterRegistry registry() {
        return registry;
    }

    /** Where roles say how they are. */
    public ProcessHealth health() {
        return health;
    }

    /** Where the metrics are; null where they are not served. */
    public @Nullable URI address() {
        return server == null ? null : server.address();
    }

    /** Stops to listen. To be closed after the roles, whose last figures can be read until then. */
    @Override
    public void close() {
        if (server != null) {
            server.close();
        }
        if (garbage != null) {
            garbage.close();
        }
        registry.close();
    }
}
