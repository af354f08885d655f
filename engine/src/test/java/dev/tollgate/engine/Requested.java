package dev.tollgate.engine;

import dev.tollgate.engine.input.Annotations;
import dev.tollgate.engine.input.Phase;
import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.planmodel.Outcome;
import org.jspecify.annotations.Nullable;

/** Variations of a request event. */
final class Requested {
    private Requested() {}

    static RequestInput by(RequestInput r, @Nullable String projectId, @Nullable String apiKeyId) {
        return new RequestInput(
                r.eventId(),
                r.accountId(),
                projectId,
                apiKeyId,
                r.endpoint(),
                r.occurredAtMillis(),
                r.phase(),
                r.outcome(),
                r.units(),
                r.inputTokens(),
                r.outputItems(),
                r.appendedAtMillis(),
                r.position(),
                r.annotations());
    }

    static RequestInput sized(RequestInput r, @Nullable Long units, @Nullable Long inputTokens, @Nullable Long items) {
        return new RequestInput(
                r.eventId(),
                r.accountId(),
                r.projectId(),
                r.apiKeyId(),
                r.endpoint(),
                r.occurredAtMillis(),
                r.phase(),
                r.outcome(),
                units,
                inputTokens,
                items,
                r.appendedAtMillis(),
                r.position(),
                r.annotations());
    }

    static RequestInput ended(RequestInput r, Phase phase, Outcome outcome) {
        return new RequestInput(
                r.eventId(),
                r.accountId(),
                r.projectId(),
                r.apiKeyId(),
                r.endpoint(),
                r.occurredAtMillis(),
                phase,
                outcome,
                r.units(),
                r.inputTokens(),
                r.outputItems(),
                r.appendedAtMillis(),
                r.position(),
                r.annotations());
    }

    static RequestInput named(
            RequestInput r, @Nullable String eventId, @Nullable String accountId, @Nullable String endpoint) {
        return new RequestInput(
                eventId,
                accountId,
                r.projectId(),
                r.apiKeyId(),
                endpoint,
                r.occurredAtMillis(),
                r.phase(),
                r.outcome(),
                r.units(),
                r.inputTokens(),
                r.outputItems(),
                r.appendedAtMillis(),
                r.position(),
                r.annotations());
    }

    static RequestInput appendedAt(RequestInput r, long appendedAt) {
        return new RequestInput(
                r.eventId(),
                r.accountId(),
                r.projectId(),
                r.apiKeyId(),
                r.endpoint(),
                r.occurredAtMillis(),
                r.phase(),
                r.outcome(),
                r.units(),
                r.inputTokens(),
                r.outputItems(),
                appendedAt,
                r.position(),
                r.annotations());
    }

    static RequestInput annotated(RequestInput r, Annotations annotations) {
        return new RequestInput(
                r.eventId(),
                r.accountId(),
                r.projectId(),
                r.apiKeyId(),
                r.endpoint(),
                r.occurredAtMillis(),
                r.phase(),
                r.outcome(),
                r.units(),
                r.inputTokens(),
                r.outputItems(),
                r.appendedAtMillis(),
                r.position(),
                annotations);
    }
}
