package dev.tollgate.gate.internal.feed;

import dev.tollgate.gate.GateConfig;
import dev.tollgate.gate.internal.account.AccountRegistry;
import dev.tollgate.gate.internal.account.IntakeCounts;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.follow.RecordHandler;
import dev.tollgate.schemas.follow.TopicFollower;
import dev.tollgate.schemas.registry.RegistryUnavailableException;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.serde.AvroDeserializer;
import dev.tollgate.schemas.topic.LimitStateKey;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the {@link AccountRegistry} current from {@code limit-state} and {@code plan-catalog}.
 *
 * <p>Snapshots are read before their transaction commits; should it abort, the same decisions come again, and versions
 * tell which snapshot is the newest. So they do when reading begins anew.
 */
public final class Feed implements AutoCloseable, RecordHandler {
    private final String planCatalog;
    private final AccountRegistry accounts;
    private final IntakeCounts counts;
    private final AvroDeserializer<LimitState> snapshots;
    private final AvroDeserializer<Plan> plans;
    private final TopicFollower follower;

    public Feed(GateConfig config, AccountRegistry accounts, IntakeCounts counts, LongSupplier clock) {
        this.planCatalog = config.planCatalogTopic();
        this.accounts = accounts;
        this.counts = counts;
        SchemaRegistryClient registry = new SchemaRegistryClient(config.registry());
        this.snapshots = new AvroDeserializer<>(LimitState.class, registry);
        this.plans = new AvroDeserializer<>(Plan.class, registry);
        // Plans come first where both are read at once: without them, snapshots say little about costs.
        this.follower = new TopicFollower(
                "tollgate-gate",
                config.cluster().clients(),
                config.readUncommitted(),
                List.of(planCatalog, config.limitStateTopic()),
                this,
                clock);
    }

    public boolean start(Duration timeout) throws InterruptedException {
        follower.start();
        return follower.awaitRead(timeout);
    }

    public boolean isReady() {
        return follower.isRead();
    }

    public long ageMillis(long nowMillis) {
        return follower.ageMillis(nowMillis);
    }

    @Override
    public void close() {
        follower.close();
    }

    @Override
    public void failed() {
        counts.feedFailures.increment();
    }

    @Override
    public void accept(ConsumerRecord<byte[], byte[]> polled) {
        try {
            boolean isPlan = polled.topic().equals(planCatalog);
            if (polled.value() == null) {
                forget(polled.key(), isPlan);
            } else if (isPlan) {
                Plan plan = plans.deserialize(polled.topic(), polled.value());
                if (plan != null) {
                    accounts.apply(plan);
                }
            } else {
                LimitState state = snapshots.deserialize(polled.topic(), polled.value());
                if (state != null) {
                    accounts.apply(state);
                }
            }
        } catch (RegistryUnavailableException e) {
            throw e;
        } catch (SerializationException | IllegalArgumentException e) {
            counts.malformed.increment();
            follower.warn(
                    "malformed",
                    "a record is skipped: topic=" + polled.topic() + " partition=" + polled.partition() + " offset="
                            + polled.offset(),
                    e);
        }
    }

    private void forget(byte @Nullable [] key, boolean isPlan) {
        if (key != null) {
            String id = new String(key, StandardCharsets.UTF_8);
            if (isPlan) {
                accounts.forgetPlan(id);
            } else {
                accounts.forget(LimitStateKey.parse(id));
            }
        }
    }
}
