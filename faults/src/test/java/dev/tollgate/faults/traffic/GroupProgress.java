package dev.tollgate.faults.traffic;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How far a consumer group has committed, looked up again and again: what lies below has been processed for good. */
public final class GroupProgress implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(GroupProgress.class);
    private static final long PAUSE_MILLIS = 50;

    private final Admin admin;
    private final String groupId;
    private final Map<TopicPartition, Long> committed = new ConcurrentHashMap<>();
    private final Object news = new Object();
    private final Thread reader;
    private volatile boolean closed;

    public GroupProgress(String bootstrapServers, String groupId) {
        this.groupId = groupId;
        this.admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG,
                (Object) bootstrapServers,
                AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG,
                3_000));
        this.reader = Thread.ofPlatform().daemon().name("progress-" + groupId).start(this::follow);
    }

    /** Offset of the first record that may not have been processed; 0 if nothing is known. */
    public long committed(TopicPartition partition) {
        return committed.getOrDefault(partition, 0L);
    }

    /** Waits until everything below an offset has been processed. Returns false if time runs out. */
    public boolean await(TopicPartition partition, long offset, Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        synchronized (news) {
            while (committed(partition) < offset) {
                if (System.nanoTime() >= deadline) {
                    return false;
                }
                news.wait(200);
            }
            return true;
        }
    }

    private void follow() {
        while (!closed) {
            try {
                Map<TopicPartition, OffsetAndMetadata> offsets = admin.listConsumerGroupOffsets(groupId)
                        .partitionsToOffsetAndMetadata()
                        .get(10, TimeUnit.SECONDS);
                offsets.forEach((partition, offset) -> {
                    if (offset != null) {
                        committed.merge(partition, offset.offset(), Math::max);
                    }
                });
                synchronized (news) {
                    news.notifyAll();
                }
                Thread.sleep(PAUSE_MILLIS);
            } catch (ExecutionException | TimeoutException e) {
                log.debug("offsets of {} are not to be had", groupId, e);
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        reader.interrupt();
        admin.close(Duration.ZERO);
    }
}
