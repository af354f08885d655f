package dev.tollgate.sink.internal.application;

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
public record ApplicationRules(
        Set<String> ignored, @Nullable String next) {
    public ApplicationRules {
        ignored = Set.copyOf(ignored);
    }

    /** Whether a record of the journal is skipped. */
    public boolean isIgnored(ConsumerRecord<?, ?> record) {
        return !ignored.isEmpty() && ignored.contains(ApplicationHeader.read(record.headers()));
    }
}
