package dev.tollgate.schemas.topic;

import java.util.List;
import org.apache.kafka.common.KafkaException;

/** The cluster's topics are not what the configuration says, and mending that would lose or misplace data. */
public final class TopicMismatchException extends KafkaException {
    private static final long serialVersionUID = 1L;

    TopicMismatchException(List<String> problems) {
        super(String.join("; ", problems)
                + ". Missing topics and wrong settings: run 'tollgate topics apply'. Partitions: set topics.partitions"
                + " to what the cluster has; the number cannot change under accounts with state.");
    }
}
