package dev.tollgate.api.live;

import dev.tollgate.gate.Call;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.follow.RecordHandler;
import dev.tollgate.schemas.follow.TopicFollower;
import dev.tollgate.schemas.registry.RegistryUnavailableException;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.serde.AvroDeserializer;
import dev.tollgate.schemas.topic.Topic;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows {@code limit-state} and {@code plan-catalog}, and knows the newest committed snapshots of each account and
 * what calls cost.
 *
 * <p>It knows nothing while the topics are read from their start: when the process starts, and again when Kafka was
 * lost and is back. While Kafka is away it keeps what it knew. Where there are more snapshots than there may be, it
 * forgets all and stays that way: a part must not be taken for the whole.
 */
public final class LimitStates implements AutoCloseable, RecordHandler {
    /** What the topic is called in answers, without prefix. */
    static final String SOURCE = "limit-state";

    private static final Logger log = LoggerFactory.getLogger(LimitStates.class);

    private final String topic;
    private final int maxSnapshots;
    private final LongSupplier clock;
    private final SnapshotStore store;
    private final CallQuotes quotes;
    private final String planCatalog;
    private final AvroDeserializer<LimitState> decoder;
    private final AvroDeserializer<Plan> plans;
    private final TopicFollower follower;
    private final LongAdder failures = new LongAdder();
    private volatile boolean readable;
    private volatile boolean overfull;

    /**
     * Has not started.
     *
     * @param clock milliseconds since the epoch, for how far behind it is
     * @param now the same for what calls would be answered
     */
    public LimitStates(LiveConfig config, LongSupplier clock, LongSupplier now) {
        this.planCatalog = config.cluster().topics().name(Topic.PLAN_CATALOG);
        this.quotes = new CallQuotes(config.cluster(), now);
        this.topic = config.cluster().topics().name(Topic.LIMIT_STATE);
        this.maxSnapshots = config.maxSnapshots();
        this.clock = clock;
        this.store = new SnapshotStore(maxSnapshots);
        SchemaRegistryClient registry =
                new SchemaRegistryClient(config.cluster().registry());
        this.decoder = new AvroDeserializer<>(LimitState.class, registry);
        this.plans = new AvroDeserializer<>(Plan.class, registry);
        this.follower = new TopicFollower(
                "tollgate-api", config.cluster().clients(), false, List.of(planCatalog, topic), this, clock);
    }

    /** Begins to follow; does not wait. */
    public void start() {
        follower.start();
    }

    /** Whether the topics have been read, so that {@link #of} answers. */
    public boolean isReadable() {
        return readable;
    }

    /** How many snapshots are known. */
    public int size() {
        return store.size();
    }

    /** How often Kafka or the registry did not answer, or a record could not be read. */
    public long failures() {
        return failures.sum();
    }

    /** How long ago all had been read that the topic held, in milliseconds. */
    long behindMillis() {
        return follower.ageMillis(clock.getAsLong());
    }

    /** The snapshots of an account, empty if there are none; null if they are not known. */
    @Nullable
    List<LimitState> of(String account) {
        if (!readable) {
            return null;
        }
        List<LimitState> states = new ArrayList<>();
        for (byte[] snapshot : store.of(account)) {
            // Its schema is known since it was read.
            LimitState state = decoder.deserialize(topic, snapshot);
            if (state != null) {
                states.add(state);
            }
        }
        // It may have begun to read anew meanwhile.
        return readable ? states : null;
    }

    /** What a call would get and cost; null if that is not known. */
    public @Nullable LiveQuote quote(Call call, Instant now) {
        List<LimitState> states = of(call.accountId());
        if (states == null) {
            return null;
        }
        LiveQuote quote = new LiveQuote(LimitRows.rows(states, now, behindMillis()), quotes.quote(states, call));
        // Plans may have been forgotten meanwhile.
        return readable ? quote : null;
    }

    @Override
    public void begin() {
        readable = false;
        store.clear();
        quotes.clear();
    }

    @Override
    public void accept(ConsumerRecord<byte[], byte[]> polled) {
        if (polled.key() == null || overfull) {
            return;
        }
        String key = new String(polled.key(), StandardCharsets.UTF_8);
        try {
            if (polled.topic().equals(planCatalog)) {
                acceptPlan(key, polled.value());
            } else {
                acceptSnapshot(key, polled.value());
            }
        } catch (RegistryUnavailableException e) {
            throw e;
        } catch (SerializationException | IllegalArgumentException e) {
            failures.increment();
            follower.warn(
                    "malformed",
                    "a record is skipped: topic=" + polled.topic() + " partition=" + polled.partition() + " offset="
                            + polled.offset(),
                    e);
        }
    }

    private void acceptPlan(String planId, byte @Nullable [] value) {
        Plan plan = plans.deserialize(planCatalog, value);
        if (plan == null) {
            quotes.remove(planId);
        } else {
            quotes.put(plan);
        }
    }

    private void acceptSnapshot(String key, byte @Nullable [] value) {
        if (value == null) {
            store.remove(key);
            return;
        }
        // What cannot be read is not kept, and the registry is asked for schemas here and not on a request.
        decoder.deserialize(topic, value);
        if (!store.put(key, value)) {
            overfull = true;
            readable = false;
            store.clear();
            log.error(
                    "{} has more snapshots than api.max-snapshots={}: limits come from ClickHouse until the API is"
                            + " started with a larger value",
                    topic,
                    maxSnapshots);
        }
    }

    @Override
    public void level() {
        readable = !overfull;
    }

    @Override
    public void failed() {
        failures.increment();
    }

    @Override
    public void close() {
        follower.close();
    }
}
