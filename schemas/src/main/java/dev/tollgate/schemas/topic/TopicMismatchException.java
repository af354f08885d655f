package dev.tollgate.schemas.topic;

import java.util.List;
import org.apache.kafka.common.KafkaException;

/** The cluster's topics are not what the roles rely on; going on would lose, misplace or misjudge data. */
public final class TopicMismatchException extends KafkaException {
    private static final long serialVersionUID = 1L;

    TopicMismatchException(List<String> problems) {
        super(String.join("; ", problems)
                + ". Missing topics and other configuration: run 'tollgate topics apply'; records that are in a topic"
                + " already keep their times. Partitions: set topics.partitions to what the cluster has; the number"
                + " cannot change under accounts with state.");
    }
}
