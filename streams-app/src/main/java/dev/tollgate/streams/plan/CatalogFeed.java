package dev.tollgate.streams.plan;

import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.streams.metrics.AccountingMetrics;
import dev.tollgate.streams.translate.DeadLetterReason;
import dev.tollgate.streams.translate.RecordDecoder;
import dev.tollgate.streams.translate.RecordRejectionReason;
import dev.tollgate.streams.translate.RejectedRecordException;
import java.nio.charset.StandardCharsets;
import java.util.function.LongSupplier;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts the records of {@code plan-catalog} into the catalog, in the order of the log. One thread.
 *
 * <p>A record that cannot be used is logged, counted and kept to become a dead letter, never an exception: one bad plan
 * must not stop the accounts of all others. A registry that does not give a plan's schema is waited for, as
 * {@code catalog.waiting-for-registry} says; records whose answer does not depend on that plan go on meanwhile.
 */
public final class CatalogFeed {
    private static final Logger LOG = LoggerFactory.getLogger(CatalogFeed.class);
    private static final int MAX_PLAN_BYTES = 1 << 20;
    private static final long REGISTRY_PAUSE_MILLIS = 1_000;

    private final InMemoryPlanCatalog catalog;
    private final AccountingMetrics metrics;
    private final RecordDecoder<Plan> decoder;
    private final LongSupplier clock;

    /** @param clock wall-clock time, milliseconds since the epoch */
    public CatalogFeed(
            InMemoryPlanCatalog catalog, SchemaRegistryClient registry, AccountingMetrics metrics, LongSupplier clock) {
        this.catalog = catalog;
        this.metrics = metrics;
        this.decoder = new RecordDecoder<>(Plan.class, registry, MAX_PLAN_BYTES);
        this.clock = clock;
    }

    /**
     * Takes the next record.
     *
     * @throws KafkaException if the catalog is closed while the registry is waited for; the record was not taken
     */
    public void accept(CatalogRecord record) {
        catalog.markReached(record.appendedAtMillis());
        byte[] key = record.key();
        if (key == null) {
            reject(record, "none", RecordRejectionReason.KEY_MISMATCH, "record key must be the plan id, was null");
            return;
        }
        String planId = new String(key, StandardCharsets.UTF_8);
        if (record.value() == null) {
            catalog.remove(planId, record.appendedAtMillis());
            return;
        }
        try {
            Plan plan = decodeWaiting(record);
            if (!plan.getPlanId().equals(planId)) {
                reject(
                        record,
                        planId,
                        RecordRejectionReason.KEY_MISMATCH,
                        "record key must be the plan id '" + plan.getPlanId() + "', was '" + planId + "'");
                return;
            }
            putOrReject(record, planId, plan);
        } catch (RejectedRecordException e) {
            reject(record, planId, e.reason(), e.detail());
        }
    }

    private void putOrReject(CatalogRecord record, String planId, Plan plan) {
        try {
            catalog.put(plan, record.appendedAtMillis());
        } catch (RuntimeException e) {
            // Whatever it is: an exception here would end this instance and, at the same record, every other one.
            reject(
                    record,
                    planId,
                    RecordRejectionReason.INVALID_PLAN,
                    e instanceof IllegalArgumentException ? String.valueOf(e.getMessage()) : e.toString());
        }
    }

    private Plan decodeWaiting(CatalogRecord record) throws RejectedRecordException {
        try {
            while (true) {
                try {
                    return decoder.decode(
                            record.position().topic(), record.value(), record.appendedAtMillis(), clock.getAsLong());
                } catch (KafkaException e) {
                    metrics.setWaitingForRegistry(true);
                    LOG.warn("the registry does not give a plan's schema; the plan catalog waits for it", e);
                    if (!catalog.pause(REGISTRY_PAUSE_MILLIS)) {
                        throw e;
                    }
                }
            }
        } finally {
            metrics.setWaitingForRegistry(false);
        }
    }

    private void reject(CatalogRecord record, String planId, DeadLetterReason reason, String detail) {
        metrics.rejectedCatalogRecords.increment();
        LOG.warn(
                "a plan record cannot be used and is left out: plan={} reason={} detail={}",
                planId,
                reason.code(),
                detail);
        catalog.reject(new RejectedPlan(record, reason, detail));
    }
}
