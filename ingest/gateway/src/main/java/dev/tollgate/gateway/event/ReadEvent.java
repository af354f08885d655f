package dev.tollgate.gateway.event;

import dev.tollgate.schemas.avro.RequestEvent;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What became of one event of a body. */
public sealed interface ReadEvent {

    /**
     * It keeps every rule.
     *
     * @param account where its account stands, for who may not publish for it
     */
    record Valid(RequestEvent event, EventProblem.Place account) implements ReadEvent {}

    /**
     * It breaks at least one.
     *
     * @param eventId as given, or null if there was none to be read
     * @param problems all that were found, at most {@link EventRules#maxProblems()}
     */
    record Invalid(@Nullable String eventId, List<EventProblem> problems) implements ReadEvent {
        public Invalid {
            problems = List.copyOf(problems);
        }
    }
}
