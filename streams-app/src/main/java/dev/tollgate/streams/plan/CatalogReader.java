package dev.tollgate.streams.plan;

import dev.tollgate.engine.input.Position;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads {@code plan-catalog} from its beginning to its growing end, on a thread of its own, and tells the catalog how
 * far it is read.
 *
 * <p><b>How far.</b> A task asks for the view of a record with append time A. What counts for it was appended at A -
 * settle or before. So the reader takes the newest time that was asked for, <i>then</i> asks the brokers for the end of
 * the catalog, and reads to that end: whatever is appended after the question has, by any broker's clock, a time later
 * than A - settle, as long as brokers' clocks differ by less than half the settle time. The other half is slack: while
 * records arrive all the time, the reader is ahead of them and nobody waits. The end is that of uncommitted records: an
 * open transaction may commit what has an early append time, so the reader waits for it to end.
 *
 * <p>A broker that is away is waited for, with growing pauses. What no waiting mends (access, configuration) goes to
 * the catalog as its failure, and through it to the tasks.
 */
public final class CatalogReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CatalogReader.class);
    private static final Duration QUERY_TIMEOUT = Duration.ofSeconds(10);
    private static final long FIRST_PAUSE_MILLIS = 100;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;
    private static final long LONGEST_POLL_MILLIS = 250;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(10);

    /**
     * How far the clock of an instance can be trusted not to be ahead of the brokers'. Records that are older than
     * this, in a backlog or a replay, need not move the reader on one by one.
     */
    static final long TRUSTED_CLOCK_MILLIS = 60_000;

    private final Map<String, Object> clientProperties;
    private final TopicPartition partition;
    private final InMemoryPlanCatalog catalog;
    private final CatalogFeed feed;
    private final long settleMillis;
    private final LongSupplier clock;
    private final Thread thread;
    private final CountDownLatch readOnce = new CountDownLatch(1);
    private volatile @Nullable Consumer<byte[], byte[]> polling;
    private volatile boolean closing;

    /** Where to go on; -1 for the beginning. */
    private long nextOffset = -1;

    private long answeredMillis = Long.MIN_VALUE;

    /**
     * A reader that has not started.
     *
     * @param clientProperties Kafka client settings, at least {@code bootstrap.servers}
     * @param topic full name of the catalog; its one partition is read
     * @param settleTime the same as the catalog's
     * @param clock wall-clock time, milliseconds since the epoch
     */
    public CatalogReader(
            Map<String, ?> clientProperties,
            String topic,
            InMemoryPlanCatalog catalog,
            CatalogFeed feed,
            Duration settleTime,
            LongSupplier clock) {
        this.clientProperties = new HashMap<>(clientProperties);
        this.partition = new TopicPartition(topic, 0);
        this.catalog = catalog;
        this.feed = feed;
        this.settleMillis = settleTime.toMillis();
        this.clock = clock;
        this.thread = new Thread(this::run, "plan-catalog-reader");
        thread.setDaemon(true);
    }

    /** Begins to read. */
    public void start() {
        catalog.onDemand(this::wakeUp);
        thread.start();
    }

    /**
     * Waits until the catalog has been read to its end for the first time.
     *
     * @return whether it has within the time
     */
    public boolean awaitFirstRead(Duration patience) throws InterruptedException {
        return readOnce.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Stops reading; the catalog stays as it is. Closing twice does nothing. */
    @Override
    public void close() {
        closing = true;
        catalog.close();
        wakeUp();
        try {
            thread.join(CLOSE_TIMEOUT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void wakeUp() {
        Consumer<byte[], byte[]> present = polling;
        if (present != null) {
            present.wakeup();
        }
    }

    private void run() {
        long pauseMillis = FIRST_PAUSE_MILLIS;
        while (!closing) {
            long answeredBefore = answeredMillis;
            try (Consumer<byte[], byte[]> committed = consumer("read_committed");
                    Consumer<byte[], byte[]> ends = consumer("read_uncommitted")) {
                polling = committed;
                committed.assign(List.of(partition));
                if (nextOffset < 0) {
                    committed.seekToBeginning(List.of(partition));
                } else {
                    committed.seek(partition, nextOffset);
                }
                read(committed, ends);
            } catch (WakeupException | InterruptException e) {
                // Closing, or a demand that came between two consumers.
            } catch (InvalidConfigurationException e) {
                // Access and versions, too, by Kafka's class tree.
                fail(e);
                return;
            } catch (KafkaException e) {
                if (closing) {
                    return;
                }
                if (answeredMillis > answeredBefore) {
                    pauseMillis = FIRST_PAUSE_MILLIS;
                }
                LOG.warn("the plan catalog cannot be read now; trying again: pauseMillis={}", pauseMillis, e);
                if (!catalog.pause(pauseMillis)) {
                    return;
                }
                pauseMillis = Math.min(LONGEST_PAUSE_MILLIS, 2 * pauseMillis);
            } catch (RuntimeException | Error e) {
                fail(e);
                return;
            } finally {
                polling = null;
            }
        }
    }

    private void fail(Throwable e) {
        LOG.error("the plan catalog cannot be read, and waiting does not mend it", e);
        catalog.fail(e);
    }

    private void read(Consumer<byte[], byte[]> committed, Consumer<byte[], byte[]> ends) {
        Duration pause = Duration.ofMillis(Math.clamp(settleMillis / 8, 1, LONGEST_POLL_MILLIS));
        while (!closing) {
            // The order is what the rule stands on: first what is asked for, then the question to the brokers.
            long askedMillis = catalog.newestAskedMillis();
            long trustedMillis = clock.getAsLong() - TRUSTED_CLOCK_MILLIS;
            if (askedMillis > answeredMillis || readOnce.getCount() > 0) {
                long end = endOf(ends);
                while (!closing && positionOf(committed) < end) {
                    poll(committed, pause);
                }
                if (closing) {
                    return;
                }
                answeredMillis = Math.max(answeredMillis, askedMillis);
                catalog.markReadUpTo(Math.max(askedMillis, trustedMillis) + settleMillis / 2);
                readOnce.countDown();
            }
            if (catalog.newestAskedMillis() <= answeredMillis) {
                poll(committed, pause);
            }
        }
    }

    private long positionOf(Consumer<byte[], byte[]> committed) {
        while (true) {
            try {
                return committed.position(partition, QUERY_TIMEOUT);
            } catch (WakeupException e) {
                if (closing) {
                    throw e;
                }
            }
        }
    }

    private long endOf(Consumer<byte[], byte[]> ends) {
        return Objects.requireNonNull(
                ends.endOffsets(List.of(partition), QUERY_TIMEOUT).get(partition));
    }

    private void poll(Consumer<byte[], byte[]> committed, Duration pause) {
        try {
            for (ConsumerRecord<byte[], byte[]> record : committed.poll(pause)) {
                feed.accept(new CatalogRecord(
                        new Position(record.topic(), record.partition(), record.offset()),
                        record.timestamp(),
                        record.key(),
                        record.value()));
                nextOffset = record.offset() + 1;
            }
        } catch (WakeupException e) {
            // Somebody asks for more than was read; the loop looks at once.
        }
    }

    private Consumer<byte[], byte[]> consumer(String isolation) {
        Map<String, Object> config = new HashMap<>(clientProperties);
        config.remove(ConsumerConfig.GROUP_ID_CONFIG);
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, isolation);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }
}
