package dev.tollgate.sink;

import java.util.Collection;
import java.util.Map;

/** Kafka's ids of topics. */
@FunctionalInterface
interface TopicIds {
    /**
     * Id by name.
     *
     * @throws UnavailableException if Kafka does not answer or a topic is missing
     */
    Map<String, String> resolve(Collection<String> topics) throws UnavailableException;
}
