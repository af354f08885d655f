package dev.tollgate.engine.internal.apply;

import dev.tollgate.engine.input.AccountInput;
import dev.tollgate.engine.input.Phase;
import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.planmodel.Outcome;
import dev.tollgate.planmodel.contract.Bounds;
import org.jspecify.annotations.Nullable;

/**
 * Rejects what cannot have happened. Each check returns whether the input passes; if not, it has rejected it and
 * changed nothing.
 */
final class InputChecks {
    /** Longest reason and actor of a command, in characters. */
    static final int MAX_TEXT_LENGTH = 1_000;

    private InputChecks() {}

    static boolean requireSound(Transition transition, RequestInput request, InputLimits limits) {
        return requireId(transition, request.eventId(), "event id")
                && requireOwn(transition, request.accountId())
                && requireEndpoint(transition, request.endpoint())
                && requireShort(transition, "project id", request.projectId(), Bounds.MAX_ID_CHARACTERS)
                && requireShort(transition, "api key id", request.apiKeyId(), Bounds.MAX_ID_CHARACTERS)
                && requireTime(transition, "event time", request.occurredAtMillis())
                && requireNotAhead(transition, request, limits.allowedSkewMillis())
                && requireKnown(transition, request)
                && requireNotNegative(transition, "units", request.units())
                && requireNotNegative(transition, "input tokens", request.inputTokens())
                && requireNotNegative(transition, "output items", request.outputItems());
    }

    static boolean requireSound(Transition transition, AccountInput command) {
        return requireId(transition, command.commandId(), "command id")
                && requireOwn(transition, command.accountId())
                && requireTime(transition, "effective date", command.effectiveAtMillis())
                && requireShort(transition, "reason", command.reason(), MAX_TEXT_LENGTH)
                && requireShort(transition, "actor", command.actor(), MAX_TEXT_LENGTH);
    }

    static boolean requireEndpoint(Transition transition, @Nullable String endpoint) {
        if (endpoint == null || endpoint.isBlank()) {
            transition.reject(RejectionReason.MISSING_ENDPOINT, "endpoint must not be empty");
            return false;
        }
        return requireShort(transition, "endpoint", endpoint, Bounds.MAX_ENDPOINT_CHARACTERS);
    }

    static boolean requireNotNegative(Transition transition, String name, @Nullable Long value) {
        if (value != null && value < 0) {
            transition.reject(RejectionReason.NEGATIVE_UNITS, name + " must be >= 0, was " + value);
            return false;
        }
        return true;
    }

    private static boolean requireId(Transition transition, @Nullable String id, String name) {
        if (id == null || id.isBlank()) {
            transition.reject(RejectionReason.MISSING_EVENT_ID, name + " must not be empty");
            return false;
        }
        return requireShort(transition, name, id, Bounds.MAX_ID_CHARACTERS);
    }

    private static boolean requireOwn(Transition transition, @Nullable String accountId) {
        if (accountId == null || accountId.isBlank()) {
            transition.reject(RejectionReason.MISSING_ACCOUNT_ID, "account id must not be empty");
            return false;
        }
        if (!accountId.equals(transition.state.accountId())) {
            throw new IllegalArgumentException("input of account " + accountId + " was given to the state of account "
                    + transition.state.accountId());
        }
        return requireShort(transition, "account id", accountId, Bounds.MAX_ID_CHARACTERS);
    }

    private static boolean requireShort(Transition transition, String name, @Nullable String value, int maxLength) {
        if (value != null && value.length() > maxLength) {
            transition.reject(
                    RejectionReason.FIELD_TOO_LONG,
                    name + " must have at most " + maxLength + " characters, has " + value.length());
            return false;
        }
        return true;
    }

    static boolean requireTime(Transition transition, String name, long timeMillis) {
        if (timeMillis < 0 || timeMillis > Bounds.MAX_TIME_MILLIS) {
            transition.reject(
                    RejectionReason.INVALID_TIME,
                    name + " must be 0 to " + Bounds.MAX_TIME_MILLIS + " milliseconds since the epoch, was "
                            + timeMillis);
            return false;
        }
        return true;
    }

    private static boolean requireNotAhead(Transition transition, RequestInput request, long allowedSkewMillis) {
        // The event time is within bounds here, so the difference cannot overflow.
        if (request.occurredAtMillis() - allowedSkewMillis > request.appendedAtMillis()) {
            transition.reject(
                    RejectionReason.FUTURE_EVENT,
                    "event time must be at most " + allowedSkewMillis + " ms after the append time "
                            + request.appendedAtMillis() + ", was " + request.occurredAtMillis());
            return false;
        }
        return true;
    }

    private static boolean requireKnown(Transition transition, RequestInput request) {
        if (request.phase() == Phase.UNKNOWN) {
            transition.reject(RejectionReason.UNKNOWN_PHASE, "phase must be COMPLETED or STARTED");
            return false;
        }
        if (request.outcome() == Outcome.UNKNOWN) {
            transition.reject(
                    RejectionReason.UNKNOWN_OUTCOME,
                    "outcome must be SUCCESS, AUTH_FAILED, INVALID, LIMITED or SERVER_ERROR");
            return false;
        }
        return true;
    }
}
