package dev.tollgate.streams.task;

import dev.tollgate.engine.input.Position;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.streams.metrics.AccountingMetrics;
import dev.tollgate.streams.plan.CatalogFeed;
import dev.tollgate.streams.plan.CatalogRecord;
import dev.tollgate.streams.plan.InMemoryPlanCatalog;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads the plan catalog of a simulated log for one instance, as the reader of the role does: what is asked for first,
 * then the end of the log. Otherwise it reads when the simulation wants it to, so that records become visible as late
 * as they can.
 */
final class SimulatedCatalogReader {
    private final SimulatedLog log;
    private final TopicPartition place;
    private final InMemoryPlanCatalog plans;
    private final CatalogFeed feed;
    private final long settleMillis;
    private long position;
    private boolean reading;

    SimulatedCatalogReader(
            SimulatedLog log,
            TopicPartition place,
            Duration settleTime,
            SchemaRegistryClient registry,
            LongSupplier clock) {
        this.log = log;
        this.place = place;
        this.settleMillis = settleTime.toMillis();
        this.plans = new InMemoryPlanCatalog(settleTime);
        this.feed = new CatalogFeed(plans, registry, new AccountingMetrics(), clock);
        plans.onDemand(this::read);
    }

    InMemoryPlanCatalog plans() {
        return plans;
    }

    /** Reads on. On the thread of whoever asks, which would wait for another one otherwise. */
    void read() {
        if (reading) {
            return;
        }
        reading = true;
        long asked = Math.max(0, plans.newestAskedMillis());
        position = log.readCommitted(
                place,
                position,
                Integer.MAX_VALUE,
                entry -> feed.accept(new CatalogRecord(
                        new Position(place.topic(), place.partition(), entry.offset()),
                        entry.appendedAtMillis(),
                        entry.key(),
                        entry.value())));
        plans.markReadUpTo(asked + settleMillis / 2);
        reading = false;
    }
}
