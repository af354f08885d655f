package dev.tollgate.sink;

import dev.tollgate.schemas.topic.ApplicationHeader;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Which accounting applications may have written the journal, as far as the configuration says.
 *
 * @param ignored ids whose records are skipped
 * @param next id that may follow the one that stands; null for none
 */
record ApplicationRules(Set<String> ignored, @Nullable String next) {
    ApplicationRules {
        ignored = Set.copyOf(ignored);
    }

    /** Whether a record of the journal is skipped. */
    boolean isIgnored(ConsumerRecord<?, ?> record) {
        return !ignored.isEmpty() && ignored.contains(ApplicationHeader.read(record.headers()));
    }
}
