package dev.tollgate.engine.internal.apply;

import dev.tollgate.engine.input.AccountInput;
import dev.tollgate.engine.input.Position;
import dev.tollgate.engine.input.ValidRequest;
import dev.tollgate.engine.internal.timeline.TimelineEntry;
import dev.tollgate.engine.output.LimitEvent.Cause;
import org.jspecify.annotations.Nullable;

/** What a limit event follows from. */
record Origin(
        Cause cause,
        long eventTimeMillis,
        @Nullable String sourceId,
        @Nullable Position position,
        @Nullable String reason,
        @Nullable String actor) {

    static Origin usage(ValidRequest request) {
        return new Origin(
                Cause.USAGE,
                request.occurredAtMillis(),
                request.eventId(),
                request.input().position(),
                null,
                null);
    }

    /** What follows from a correction follows when it takes effect, not when the corrected event happened. */
    static Origin correction(AccountInput command) {
        return new Origin(
                Cause.CORRECTED,
                command.effectiveAtMillis(),
                command.commandId(),
                command.position(),
                command.reason(),
                command.actor());
    }

    static Origin time(Cause cause, long timeMillis) {
        return new Origin(cause, timeMillis, null, null, null, null);
    }

    /** A change of the timeline; {@code cause} says what it means for what follows. */
    static Origin change(TimelineEntry entry, Cause cause) {
        TimelineEntry.Source source = entry.source();
        return source == null
                ? time(cause, entry.effectiveAtMillis)
                : new Origin(
                        cause,
                        entry.effectiveAtMillis,
                        source.commandId(),
                        source.position(),
                        source.reason(),
                        source.actor());
    }

    Origin because(Cause other) {
        return new Origin(other, eventTimeMillis, sourceId, position, reason, actor);
    }
}
