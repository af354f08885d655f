package dev.tollgate.engine;

import dev.tollgate.engine.input.AccountInput;
import dev.tollgate.engine.input.Outcome;
import dev.tollgate.engine.input.Phase;
import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.engine.output.RejectionReason;
import org.jspecify.annotations.Nullable;

/** Refuses what can not have happened. Each check says what was wrong and leaves everything as it was. */
final class InputChecks {
    /** Longest event, account, project, key and command id, in characters. */
    static final int MAX_ID_LENGTH = 128;

    /** Longest endpoint, in characters. */
    static final int MAX_ENDPOINT_LENGTH = 512;

    /** Longest reason and actor of a command, in characters. */
    static final int MAX_TEXT_LENGTH = 1_000;

    /** The end of the year 9999. */
    static final long MAX_TIME_MILLIS = 253_402_300_799_999L;

    private InputChecks() {}

    static boolean isSound(Step step, RequestInput request, EngineSettings settings) {
        return hasId(step, request.eventId(), "event id")
                && isOwn(step, request.accountId())
                && hasEndpoint(step, request.endpoint())
                && isShort(step, "project id", request.projectId(), MAX_ID_LENGTH)
                && isShort(step, "api key id", request.apiKeyId(), MAX_ID_LENGTH)
                && isTime(step, "event time", request.occurredAtMillis())
                && isNotAhead(step, request, settings.allowedSkewMillis())
                && isKnown(step, request)
                && isNotNegative(step, "units", request.units())
                && isNotNegative(step, "input tokens", request.inputTokens())
                && isNotNegative(step, "output items", request.outputItems());
    }

    static boolean isSound(Step step, AccountInput command) {
        return hasId(step, command.commandId(), "command id")
                && isOwn(step, command.accountId())
                && isTime(step, "effective date", command.effectiveAtMillis())
                && isShort(step, "reason", command.reason(), MAX_TEXT_LENGTH)
                && isShort(step, "actor", command.actor(), MAX_TEXT_LENGTH);
    }

    static boolean hasEndpoint(Step step, @Nullable String endpoint) {
        if (endpoint == null || endpoint.isBlank()) {
            step.reject(RejectionReason.MISSING_ENDPOINT, "endpoint must not be empty");
            return false;
        }
        return isShort(step, "endpoint", endpoint, MAX_ENDPOINT_LENGTH);
    }

    static boolean isNotNegative(Step step, String name, @Nullable Long value) {
        if (value != null && value < 0) {
            step.reject(RejectionReason.NEGATIVE_UNITS, name + " must be >= 0, was " + value);
            return false;
        }
        return true;
    }

    private static boolean hasId(Step step, @Nullable String id, String name) {
        if (id == null || id.isBlank()) {
            step.reject(RejectionReason.MISSING_EVENT_ID, name + " must not be empty");
            return false;
        }
        return isShort(step, name, id, MAX_ID_LENGTH);
    }

    private static boolean isOwn(Step step, @Nullable String accountId) {
        if (accountId == null || accountId.isBlank()) {
            step.reject(RejectionReason.MISSING_ACCOUNT_ID, "account id must not be empty");
            return false;
        }
        if (!accountId.equals(step.state.accountId)) {
            throw new IllegalArgumentException(
                    "input of account " + accountId + " was given to the state of account " + step.state.accountId);
        }
        return isShort(step, "account id", accountId, MAX_ID_LENGTH);
    }

    private static boolean isShort(Step step, String name, @Nullable String value, int maxLength) {
        if (value != null && value.length() > maxLength) {
            step.reject(
                    RejectionReason.FIELD_TOO_LONG,
                    name + " must have at most " + maxLength + " characters, has " + value.length());
            return false;
        }
        return true;
    }

    static boolean isTime(Step step, String name, long timeMillis) {
        if (timeMillis < 0 || timeMillis > MAX_TIME_MILLIS) {
            step.reject(
                    RejectionReason.INVALID_TIME,
                    name + " must be 0 to " + MAX_TIME_MILLIS + " milliseconds since the epoch, was " + timeMillis);
            return false;
        }
        return true;
    }

    private static boolean isNotAhead(Step step, RequestInput request, long allowedSkewMillis) {
        // The event time is within bounds here, so the difference can not overflow.
        if (request.occurredAtMillis() - allowedSkewMillis > request.appendedAtMillis()) {
            step.reject(
                    RejectionReason.FUTURE_EVENT,
                    "event time must be at most " + allowedSkewMillis + " ms after the append time "
                            + request.appendedAtMillis() + ", was " + request.occurredAtMillis());
            return false;
        }
        return true;
    }

    private static boolean isKnown(Step step, RequestInput request) {
        if (request.phase() == Phase.UNKNOWN) {
            step.reject(RejectionReason.UNKNOWN_PHASE, "phase must be COMPLETED or STARTED");
            return false;
        }
        if (request.outcome() == Outcome.UNKNOWN) {
            step.reject(
                    RejectionReason.UNKNOWN_OUTCOME,
                    "outcome must be SUCCESS, AUTH_FAILED, INVALID, LIMITED or SERVER_ERROR");
            return false;
        }
        return true;
    }
}
