package dev.tollgate.schemas.follow;

import dev.tollgate.schemas.registry.RegistryUnavailableException;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/** Takes what a {@link TopicFollower} reads. Called by its thread alone. */
public interface RecordHandler {
    /** Reading begins at the first records: at the start, and again whenever Kafka was lost. */
    default void begin() {}

    /**
     * Takes the next record of a partition.
     *
     * @throws RegistryUnavailableException if the record cannot be understood now; it comes again after a pause
     */
    void accept(ConsumerRecord<byte[], byte[]> polled);

    /** All has been read that the topics held when their ends were asked for last. */
    default void level() {}

    /** Kafka or the registry did not answer, or a topic does not exist yet; reading goes on after a pause. */
    default void failed() {}
}
