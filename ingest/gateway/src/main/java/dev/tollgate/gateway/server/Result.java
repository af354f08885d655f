package dev.tollgate.gateway.server;

import dev.tollgate.gateway.event.EventProblem;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What became of one event.
 *
 * @param eventId null only where a rejected event had none
 * @param problems empty exactly if it was not rejected
 */
record Result(@Nullable String eventId, Status status, List<EventProblem> problems) {

    enum Status {
        /** Kafka has it. */
        ACCEPTED,
        /** It breaks a rule, or Kafka rejects its record; sending it again would not help. */
        REJECTED,
        /** Kafka did not confirm it; sending it again, under the same id, is right and harmless. */
        UNCONFIRMED;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
