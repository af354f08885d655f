package dev.tollgate.streams.topology;

import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.registry.RegistryUnavailableException;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.streams.AccountingMetrics;
import dev.tollgate.streams.translate.RecordDecoder;
import dev.tollgate.streams.translate.RefusedException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the plan catalogue on the global thread. The store is in memory and read anew at each start, so every record passes
 * here; it holds the raw records, the {@link PlanCatalogue} what they mean.
 *
 * <p>A record that cannot be used is logged and counted, never an exception: there is no dead letter for a topic that every
 * instance reads, and one bad plan must not stop the accounts of all others. A registry that does not answer is waited for.
 */
final class PlanCatalogueProcessor implements Processor<byte[], byte[], Void, Void> {
    private static final Logger LOG = LoggerFactory.getLogger(PlanCatalogueProcessor.class);
    private static final int MAX_PLAN_BYTES = 1 << 20;
    private static final long REGISTRY_PAUSE_MILLIS = 1_000;

    private final PlanCatalogue catalogue;
    private final AccountingMetrics metrics;
    private final RecordDecoder<Plan> decoder;
    private final String topic;
    private @Nullable KeyValueStore<Bytes, byte[]> store;

    PlanCatalogueProcessor(
            PlanCatalogue catalogue, SchemaRegistryClient registry, AccountingMetrics metrics, String topic) {
        this.catalogue = catalogue;
        this.metrics = metrics;
        this.decoder = new RecordDecoder<>(Plan.class, registry, MAX_PLAN_BYTES);
        this.topic = topic;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
        store = context.getStateStore(Names.PLAN_STORE);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        byte[] key = record.key();
        if (key == null) {
            refuse("none", "the record has no key");
            return;
        }
        String planId = new String(key, StandardCharsets.UTF_8);
        byte[] value = record.value();
        Objects.requireNonNull(store).put(Bytes.wrap(key), value);
        if (value == null) {
            catalogue.remove(planId);
            return;
        }
        try {
            Plan plan = decodeWaiting(value, record.timestamp());
            if (!plan.getPlanId().equals(planId)) {
                refuse(planId, "the record is of plan " + plan.getPlanId());
                return;
            }
            putOrRefuse(planId, plan);
        } catch (RefusedException e) {
            refuse(planId, e.reason() + ": " + e.detail());
        }
    }

    private void putOrRefuse(String planId, Plan plan) {
        try {
            catalogue.put(plan);
        } catch (RuntimeException e) {
            // Whatever it is: an exception here would end this instance and, at the same record, every other one.
            refuse(planId, e.toString());
        }
    }

    private Plan decodeWaiting(byte[] value, long appendedAtMillis) throws RefusedException {
        while (true) {
            try {
                return decoder.decode(topic, value, appendedAtMillis, System.currentTimeMillis());
            } catch (RegistryUnavailableException e) {
                LOG.warn("the registry does not answer; the plan catalogue waits for it", e);
                if (!catalogue.pause(REGISTRY_PAUSE_MILLIS)) {
                    throw e;
                }
            }
        }
    }

    private void refuse(String planId, String detail) {
        metrics.count("catalogue.refused");
        LOG.warn("a plan record cannot be used and is left out: plan={} detail={}", planId, detail);
    }
}
