package dev.tollgate.streams.task;

import dev.tollgate.engine.input.Position;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.metrics.AccountingMetrics;
import dev.tollgate.streams.plan.CatalogFeed;
import dev.tollgate.streams.plan.CatalogRecord;
import dev.tollgate.streams.plan.InMemoryPlanCatalog;
import org.jspecify.annotations.Nullable;

/**
 * The plan catalog without brokers: a test appends records with the times it likes, and whatever is asked for is read
 * at once.
 */
public final class TestingCatalog {
    private final InMemoryPlanCatalog plans;
    private final CatalogFeed feed;
    private final String topic;
    private final long settleMillis;
    private long offset;

    public TestingCatalog(AccountingConfig config, SchemaRegistryClient registry, AccountingMetrics metrics) {
        plans = new InMemoryPlanCatalog(config.planSettleTime());
        plans.onDemand(() -> plans.markReadUpTo(plans.newestAskedMillis()));
        feed = new CatalogFeed(plans, registry, metrics, () -> 0);
        settleMillis = config.planSettleTime().toMillis();
        topic = config.topics().name(Topic.PLAN_CATALOG);
    }

    /** What the topology asks. */
    public InMemoryPlanCatalog plans() {
        return plans;
    }

    /** Appends any bytes. They must count for later records than those that were asked for: time does not go back. */
    public void append(byte @Nullable [] key, byte @Nullable [] value, long appendedAtMillis) {
        if (appendedAtMillis + settleMillis <= plans.newestAskedMillis()) {
            throw new IllegalArgumentException("a record was decided already for which this one would count");
        }
        feed.accept(new CatalogRecord(new Position(topic, 0, offset++), appendedAtMillis, key, value));
    }
}
