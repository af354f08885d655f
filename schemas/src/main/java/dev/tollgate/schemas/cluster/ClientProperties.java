package dev.tollgate.schemas.cluster;

import java.util.HashSet;
import java.util.Set;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;

/** The names of the properties that Kafka's clients know. */
final class ClientProperties {
    private static final Set<String> KNOWN = known();

    private ClientProperties() {}

    static boolean isKnown(String name) {
        return KNOWN.contains(name);
    }

    private static Set<String> known() {
        Set<String> known = new HashSet<>(ConsumerConfig.configNames());
        known.addAll(ProducerConfig.configNames());
        known.addAll(AdminClientConfig.configNames());
        return Set.copyOf(known);
    }
}
