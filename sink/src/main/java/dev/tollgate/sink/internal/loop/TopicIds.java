package dev.tollgate.sink.internal.loop;

import dev.tollgate.sink.internal.failure.UnavailableException;
import java.util.Collection;
import java.util.Map;

/** Kafka's ids of topics. */
@FunctionalInterface
public interface TopicIds {
    /**
     * Id by name.
     *
     * @throws UnavailableException if Kafka does not answer or a topic is missing
     */
    Map<String, String> resolve(Collection<String> topics) throws UnavailableException;
}
