package dev.tollgate.cli.local;

import dev.tollgate.cli.config.KafkaAccess;
import dev.tollgate.cli.metrics.ProcessHealth;
import dev.tollgate.cli.plans.PlanCatalogs;
import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.embedded.Stack;
import dev.tollgate.plans.catalog.ApplyMode;
import dev.tollgate.plans.catalog.PlanApplier;
import dev.tollgate.plans.catalog.PlanCatalogClient;
import dev.tollgate.plans.catalog.PlanRejectedException;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.cluster.ClusterConfig;
import dev.tollgate.schemas.config.SettingsReader;
import dev.tollgate.schemas.registry.RegistryRejection;
import dev.tollgate.schemas.topic.TopicAdmin;
import dev.tollgate.sink.Sink;
import dev.tollgate.sink.SinkConfig;
import dev.tollgate.sql.ClickHouseConfig;
import dev.tollgate.sql.Migrator;
import dev.tollgate.streams.AccountingApp;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.config.AccountingSettings;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;

/**
 * Every role on a stack of this machine, in one process: topics, schemas, tables and plans are made, then the topology
 * and the sink run. The roles are the ones that run alone in production.
 */
public final class LocalPipeline implements AutoCloseable {
    private final KafkaAccess kafka;
    private final ClickHouseConfig clickHouse;
    private final Map<String, String> configuration;
    private final AccountingApp accounting;
    private final Sink sink;

    private LocalPipeline(
            KafkaAccess kafka,
            ClickHouseConfig clickHouse,
            Map<String, String> configuration,
            AccountingApp accounting,
            Sink sink) {
        this.kafka = kafka;
        this.clickHouse = clickHouse;
        this.configuration = configuration;
        this.accounting = accounting;
        this.sink = sink;
    }

    /**
     * Prepares the stack and starts the roles.
     *
     * @param folder where the topology keeps its local state
     * @param partitions of the topics that are partitioned by account
     * @param plans to have in the catalog
     * @param registry gets the meters of the roles
     */
    public static LocalPipeline start(
            Stack stack, Path folder, int partitions, List<Plan> plans, MeterRegistry registry) {
        Map<String, String> configuration = new LinkedHashMap<>();
        configuration.put("kafka.bootstrap-servers", stack.bootstrapServers());
        configuration.put("registry.url", stack.registryUrl());
        configuration.put("topics.partitions", Integer.toString(partitions));
        configuration.put("clickhouse.url", stack.clickHouseUrl());
        configuration.put("streams.state-dir", folder.resolve("streams").toString());
        // One broker and one clock: a plan need not wait long to count.
        configuration.put("accounting.plan-settle-time", "200ms");

        SettingsReader settings = new SettingsReader(
                configuration, ClusterConfig.settingsAnd(AccountingSettings.GROUP, ClickHouseConfig.SETTINGS));
        KafkaAccess kafka = KafkaAccess.from(settings);
        ClickHouseConfig clickHouse = ClickHouseConfig.read(settings);
        settings.throwIfProblems();
        PlanCatalogClient catalog = prepare(kafka, clickHouse, plans);

        AccountingApp accounting = new AccountingApp(AccountingConfig.from(configuration), registry);
        Sink sink = new Sink(SinkConfig.from(configuration), registry);
        accounting.start();
        sink.start();
        // The roles start meanwhile: by now there is little left to wait for.
        PlanCatalogs.awaitSettled(catalog, kafka, rest -> {});
        return new LocalPipeline(kafka, clickHouse, configuration, accounting, sink);
    }

    private static PlanCatalogClient prepare(KafkaAccess kafka, ClickHouseConfig clickHouse, List<Plan> plans) {
        try (Admin admin = kafka.admin()) {
            TopicAdmin topics = new TopicAdmin(admin, kafka.layout());
            topics.apply();
            topics.registerSchemas(kafka.registryClient());
            new Migrator(clickHouse).migrate();
            PlanCatalogClient catalog = PlanCatalogs.client(kafka);
            new PlanApplier(catalog, InstantSource.system()).apply(plans, ApplyMode.FORCED);
            return catalog;
        } catch (RegistryRejection e) {
            throw new CommandFailure("the schema registry rejected a schema: " + e.getMessage(), e);
        } catch (SQLException e) {
            throw new CommandFailure("ClickHouse could not be prepared: " + e.getMessage(), e);
        } catch (PlanRejectedException e) {
            throw new CommandFailure("the catalog rejected a plan: " + e.rejections(), e);
        }
    }

    /** Kafka, registry and topics. */
    public KafkaAccess kafka() {
        return kafka;
    }

    /** ClickHouse and the database in it. */
    public ClickHouseConfig clickHouse() {
        return clickHouse;
    }

    /** The configuration with which other commands find this pipeline. */
    public Map<String, String> configuration() {
        return Map.copyOf(configuration);
    }

    /** Has the two roles watched. */
    void watchedBy(RoleWatch watch, ProcessHealth health) {
        health.watch("streams", () -> ProcessHealth.State.of(accounting.isStopped(), accounting.isRunning()));
        health.watch("sink", () -> ProcessHealth.State.of(sink.isStopped(), sink.isReading()));
        watch.watch("accounting", accounting::awaitTermination);
        watch.watch("sink", sink::awaitTermination);
    }

    @Override
    public void close() {
        // The topology first, so that the sink can write what it committed last.
        accounting.close();
        sink.close();
    }
}
