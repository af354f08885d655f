package dev.tollgate.api.live;

import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.follow.RecordHandler;
import dev.tollgate.schemas.follow.TopicFollower;
import dev.tollgate.schemas.registry.RegistryUnavailableException;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.serde.AvroDeserializer;
import dev.tollgate.schemas.topic.Topic;
import java.nio.charset.StandardCharsets;
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
 * Follows {@code limit-state} and knows the newest committed snapshots of each account.
 *
 * <p>It knows nothing while the topic is read from its start: when the process starts, and again when Kafka was lost
 * and is back. While Kafka is away it keeps what it knew. Where there are more snapshots than there may be, it forgets
 * all and stays that way: a part must not be taken for the whole.
 */
public final class LimitStates implements AutoCloseable, RecordHandler {
    /** What the topic is called in answers, without prefix. */
    static final String SOURCE = "limit-state";

    private static final Logger log = LoggerFactory.getLogger(LimitStates.class);

    private final String topic;
    private final int maxSnapshots;
    private final LongSupplier clock;
    private final SnapshotStore store;
    private final AvroDeserializer<LimitState> decoder;
    private final TopicFollower follower;
    private final LongAdder failures = new LongAdder();
    private volatile boolean readable;
    private volatile boolean overfull;

    /**
     * Has not started.
     *
     * @param clock milliseconds since the epoch
     */
    public LimitStates(LiveConfig config, LongSupplier clock) {
        this.topic = config.cluster().topics().name(Topic.LIMIT_STATE);
        this.maxSnapshots = config.maxSnapshots();
        this.clock = clock;
        this.store = new SnapshotStore(maxSnapshots);
        this.decoder = new AvroDeserializer<>(
                LimitState.class, new SchemaRegistryClient(config.cluster().registry()));
        this.follower =
                new TopicFollower("tollgate-api", config.cluster().clients(), false, List.of(topic), this, clock);
    }

    /** Begins to follow; does not wait. */
    public void start() {
        follower.start();
    }

    /** Whether the topic has been read, so that {@link #of} answers. */
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

    @Override
    public void begin() {
        readable = false;
        store.clear();
    }

    @Override
    public void accept(ConsumerRecord<byte[], byte[]> polled) {
        if (polled.key() == null || overfull) {
            return;
        }
        String key = new String(polled.key(), StandardCharsets.UTF_8);
        if (polled.value() == null) {
            store.remove(key);
            return;
        }
        try {
            // What cannot be read is not kept, and the registry is asked for schemas here and not on a request.
            decoder.deserialize(topic, polled.value());
        } catch (RegistryUnavailableException e) {
            throw e;
        } catch (SerializationException | IllegalArgumentException e) {
            failures.increment();
            follower.warn(
                    "malformed",
                    "a record is skipped: topic=" + topic + " partition=" + polled.partition() + " offset="
                            + polled.offset(),
                    e);
            return;
        }
        if (!store.put(key, polled.value())) {
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
