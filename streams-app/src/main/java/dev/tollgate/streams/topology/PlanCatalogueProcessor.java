package dev.tollgate.streams.topology;

import dev.tollgate.engine.input.Position;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.registry.RegistryUnavailableException;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.streams.AccountingMetrics;
import dev.tollgate.streams.translate.RecordDecoder;
import dev.tollgate.streams.translate.RefusalReason;
import dev.tollgate.streams.translate.RefusedException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the plan catalogue on the global thread. The store is in memory and read anew at each start, so every record passes
 * here; it holds the raw records, the {@link PlanCatalogue} what they mean.
 *
 * <p>A record that cannot be used is logged, counted and handed on to become a dead letter ({@link RefusedPlans}), never an
 * exception: one bad plan must not stop the accounts of all others. A registry that does not answer is waited for.
 */
final class PlanCatalogueProcessor implements Processor<byte[], byte[], Void, Void> {
    private static final Logger LOG = LoggerFactory.getLogger(PlanCatalogueProcessor.class);
    private static final int MAX_PLAN_BYTES = 1 << 20;
    private static final long REGISTRY_PAUSE_MILLIS = 1_000;

    private final PlanCatalogue catalogue;
    private final AccountingMetrics metrics;
    private final RecordDecoder<Plan> decoder;
    private final String topic;
    private @Nullable ProcessorContext<Void, Void> context;
    private @Nullable KeyValueStore<Bytes, byte[]> store;

    PlanCatalogueProcessor(
            PlanCatalogue catalogue, SchemaRegistryClient registry, AccountingMetrics metrics, String topic) {
        this.catalogue = catalogue;
        this.metrics = metrics;
        this.decoder = new RecordDecoder<>(Plan.class, registry, MAX_PLAN_BYTES);
        this.topic = topic;
    }

    @Override
    public void init(ProcessorContext<Void, Void> opened) {
        context = opened;
        store = opened.getStateStore(Names.PLAN_STORE);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        byte[] key = record.key();
        if (key == null) {
            refuse(record, "none", RefusalReason.KEY_MISMATCH, "record key must be the plan id, was null");
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
                refuse(
                        record,
                        planId,
                        RefusalReason.KEY_MISMATCH,
                        "record key must be the plan id '" + plan.getPlanId() + "', was '" + planId + "'");
                return;
            }
            putOrRefuse(record, planId, plan);
        } catch (RefusedException e) {
            refuse(record, planId, e.reason(), e.detail());
        }
    }

    private void putOrRefuse(Record<byte[], byte[]> record, String planId, Plan plan) {
        try {
            catalogue.put(plan);
        } catch (RuntimeException e) {
            // Whatever it is: an exception here would end this instance and, at the same record, every other one.
            refuse(
                    record,
                    planId,
                    RefusalReason.INVALID_PLAN,
                    e instanceof IllegalArgumentException ? text(e) : e.toString());
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

    private static String text(RuntimeException e) {
        return String.valueOf(e.getMessage());
    }

    /** A global processor can send nothing: a task does. */
    private void refuse(Record<byte[], byte[]> record, String planId, Enum<?> reason, String detail) {
        metrics.count("catalogue.refused");
        LOG.warn("a plan record cannot be used and is left out: plan={} reason={} detail={}", planId, reason, detail);
        RecordMetadata metadata = Objects.requireNonNull(context)
                .recordMetadata()
                .orElseThrow(() -> new IllegalStateException("a plan record without a position was read"));
        catalogue.refuse(new PlanCatalogue.Refused(
                new InputRecord(
                        new Position(metadata.topic(), metadata.partition(), metadata.offset()),
                        record.timestamp(),
                        record.key(),
                        record.value()),
                reason,
                detail));
    }
}
