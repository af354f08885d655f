package dev.tollgate.streams.translate;

import dev.tollgate.engine.input.AccountChange;
import dev.tollgate.engine.input.AccountInput;
import dev.tollgate.engine.input.Annotations;
import dev.tollgate.engine.input.Phase;
import dev.tollgate.engine.input.Position;
import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.input.RequestTarget;
import dev.tollgate.planmodel.input.Violation;
import dev.tollgate.planmodel.time.CalendarOverride;
import dev.tollgate.schemas.avro.AccountEvent;
import dev.tollgate.schemas.avro.Amendment;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.event.MaxEventAge;
import dev.tollgate.schemas.event.RequestEventRules;
import dev.tollgate.schemas.plan.PlanTranslator;
import dev.tollgate.schemas.plan.WindowTranslator;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Decoded topic records to the engine's inputs. What the engine judges is handed on unjudged; targets of endpoints are
 * reduced to their path, so that the books have one name for each.
 */
public final class InputTranslator {
    private InputTranslator() {}

    /**
     * A request event.
     *
     * @param appendedAtMillis when the log took the record. The event's age is held against it and not against the
     *     clock, so that a replay answers alike.
     * @throws RejectedRecordException with {@link RecordRejectionReason#TOO_OLD} if it happened longer before than
     *     allowed
     */
    public static RequestInput request(RequestEvent event, MaxEventAge maxAge, long appendedAtMillis, Position position)
            throws RejectedRecordException {
        Violation tooOld = maxAge.violation(event.getOccurredAt(), appendedAtMillis);
        if (tooOld != null) {
            throw new RejectedRecordException(
                    RecordRejectionReason.TOO_OLD, tooOld.sentence() + ", when it was appended");
        }
        return new RequestInput(
                event.getEventId(),
                event.getAccountId(),
                emptyToNull(event.getProjectId()),
                emptyToNull(event.getApiKeyId()),
                RequestTarget.reduced(event.getEndpoint()),
                event.getOccurredAt().toEpochMilli(),
                phase(event.getPhase()),
                PlanTranslator.outcome(event.getOutcome()),
                event.getUnits(),
                event.getInputTokens(),
                event.getOutputItems(),
                appendedAtMillis,
                position,
                new Annotations(
                        event.getDurationMs(),
                        cut(event.getProducer(), RequestEventRules.MAX_ID_CHARACTERS),
                        labels(event.getAttributes())));
    }

    /**
     * A command about an account.
     *
     * @param appendedAtMillis when the log took the record
     * @throws RejectedRecordException with {@link RecordRejectionReason#INVALID_COMMAND} if a part is missing that its
     *     type needs
     */
    public static AccountInput command(AccountEvent event, long appendedAtMillis, Position position)
            throws RejectedRecordException {
        return new AccountInput(
                event.getCommandId(),
                event.getAccountId(),
                event.getEffectiveAt().toEpochMilli(),
                appendedAtMillis,
                event.getReason(),
                event.getActor(),
                change(event),
                position);
    }

    private static AccountChange change(AccountEvent event) throws RejectedRecordException {
        return switch (event.getType()) {
            case PLAN_ASSIGNED -> planAssigned(event);
            case OVERRIDE_SET ->
                new AccountChange.OverrideSet(required(event, "limit_id", event.getLimitId()), amount(event));
            case OVERRIDE_REMOVED -> new AccountChange.OverrideRemoved(required(event, "limit_id", event.getLimitId()));
            case EXEMPTION_SET -> new AccountChange.ExemptionSet(required(event, "exempt", event.getExempt()));
            case CALENDAR_SET -> new AccountChange.CalendarSet(calendar(event));
            case SUSPENDED -> new AccountChange.Suspended(millis(event.getSuspendedUntil()));
            case REINSTATED -> new AccountChange.Reinstated();
            case EVENT_VOIDED ->
                new AccountChange.Correction(required(event, "corrected_event_id", event.getCorrectedEventId()), null);
            case EVENT_AMENDED ->
                new AccountChange.Correction(
                        required(event, "corrected_event_id", event.getCorrectedEventId()),
                        amendment(required(event, "amendment", event.getAmendment())));
            case UNKNOWN -> new AccountChange.Unrecognized("type");
        };
    }

    private static AccountChange planAssigned(AccountEvent event) throws RejectedRecordException {
        String planId = required(event, "plan_id", event.getPlanId());
        return switch (event.getUsageCarry()) {
            case KEEP -> new AccountChange.PlanAssigned(planId, AccountChange.Carry.KEEP);
            case RESET -> new AccountChange.PlanAssigned(planId, AccountChange.Carry.RESET);
            case SCALE -> new AccountChange.PlanAssigned(planId, AccountChange.Carry.SCALE);
            case UNKNOWN -> new AccountChange.Unrecognized("usage_carry");
        };
    }

    private static Amount amount(AccountEvent event) throws RejectedRecordException {
        Long amount = event.getAmount();
        if (amount == null) {
            return Amount.unlimited();
        }
        if (amount < 0 || amount > Amount.MAX_UNITS) {
            throw new RejectedRecordException(
                    RecordRejectionReason.INVALID_COMMAND,
                    "amount of an OVERRIDE_SET must be 0 to " + Amount.MAX_UNITS + " or null, was " + amount);
        }
        return Amount.of(amount);
    }

    private static CalendarOverride calendar(AccountEvent event) throws RejectedRecordException {
        try {
            return WindowTranslator.override(required(event, "calendar", event.getCalendar()));
        } catch (IllegalArgumentException e) {
            throw new RejectedRecordException(
                    RecordRejectionReason.INVALID_COMMAND, "calendar of a CALENDAR_SET: " + e.getMessage());
        }
    }

    private static AccountChange.Amendment amendment(Amendment amendment) {
        dev.tollgate.schemas.avro.Outcome outcome = amendment.getOutcome();
        return new AccountChange.Amendment(
                amendment.getEndpoint() == null ? null : RequestTarget.reduced(amendment.getEndpoint()),
                outcome == null ? null : PlanTranslator.outcome(outcome),
                amendment.getUnits(),
                amendment.getInputTokens(),
                amendment.getOutputItems());
    }

    /**
     * Labels within the bounds that the contract gives; what is beyond them is left out, since usage is never rejected
     * for a label. Of too many the first by name stay, whatever order the publisher wrote them in.
     */
    private static Map<String, String> labels(Map<String, String> attributes) {
        if (attributes.isEmpty()) {
            return Map.of();
        }
        boolean within = attributes.size() <= RequestEventRules.MAX_ATTRIBUTES;
        if (within) {
            for (Map.Entry<String, String> entry : attributes.entrySet()) {
                within &= entry.getKey().length() <= RequestEventRules.MAX_ATTRIBUTE_KEY_CHARACTERS
                        && entry.getValue().length() <= RequestEventRules.MAX_ATTRIBUTE_VALUE_CHARACTERS;
            }
        }
        if (within) {
            return attributes;
        }
        Map<String, String> labels = new TreeMap<>();
        for (Map.Entry<String, String> entry : new TreeMap<>(attributes).entrySet()) {
            if (labels.size() < RequestEventRules.MAX_ATTRIBUTES
                    && entry.getKey().length() <= RequestEventRules.MAX_ATTRIBUTE_KEY_CHARACTERS) {
                labels.put(entry.getKey(), cut(entry.getValue(), RequestEventRules.MAX_ATTRIBUTE_VALUE_CHARACTERS));
            }
        }
        return labels;
    }

    private static String cut(String text, int max) {
        if (text.length() <= max) {
            return text;
        }
        // A character outside the basic plane is two chars: do not leave half of one.
        return text.substring(0, Character.isHighSurrogate(text.charAt(max - 1)) ? max - 1 : max);
    }

    private static <T> T required(AccountEvent event, String field, @Nullable T value) throws RejectedRecordException {
        if (value == null) {
            throw new RejectedRecordException(
                    RecordRejectionReason.INVALID_COMMAND,
                    field + " of a command " + event.getType() + " must be set, was null");
        }
        return value;
    }

    /** To clients that cannot leave out a text, the empty one is none. */
    private static @Nullable String emptyToNull(@Nullable String id) {
        return id == null || id.isEmpty() ? null : id;
    }

    private static @Nullable Long millis(@Nullable Instant instant) {
        return instant == null ? null : instant.toEpochMilli();
    }

    private static Phase phase(dev.tollgate.schemas.avro.Phase phase) {
        return switch (phase) {
            case COMPLETED -> Phase.COMPLETED;
            case STARTED -> Phase.STARTED;
            case UNKNOWN -> Phase.UNKNOWN;
        };
    }
}
