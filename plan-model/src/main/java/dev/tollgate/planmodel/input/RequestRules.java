package dev.tollgate.planmodel.input;

import dev.tollgate.planmodel.contract.Bounds;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The form of a request event. The engine rejects what breaks one of these rules, and every way in asks the same
 * question first. How far a time may lie ahead ({@link InputTime#ahead}) or back depends on who asks and on settings.
 */
public final class RequestRules {
    private RequestRules() {}

    /**
     * Every rule that an event breaks, in the order of the contract's fields; empty, and nothing allocated, if none.
     */
    public static List<Violation> check(RequestFields event) {
        List<Violation> found = null;
        found = plus(found, InputText.required("event_id", event.eventId(), Bounds.MAX_ID_CHARACTERS));
        found = plus(found, InputText.required("account_id", event.accountId(), Bounds.MAX_ID_CHARACTERS));
        found = plus(found, InputText.optional("project_id", event.projectId(), Bounds.MAX_ID_CHARACTERS));
        found = plus(found, InputText.optional("api_key_id", event.apiKeyId(), Bounds.MAX_ID_CHARACTERS));
        found = plus(found, InputText.required("endpoint", event.endpoint(), Bounds.MAX_ENDPOINT_CHARACTERS));
        found = plus(found, InputTime.range("occurred_at", event.occurredAtMillis()));
        if (!event.isPhaseKnown()) {
            found = plus(
                    found,
                    new Violation("phase", InputRule.SYMBOL, "must be COMPLETED or STARTED, was UNKNOWN or missing"));
        }
        if (!event.isOutcomeKnown()) {
            found = plus(
                    found,
                    new Violation(
                            "outcome",
                            InputRule.SYMBOL,
                            "must be SUCCESS, AUTH_FAILED, INVALID, LIMITED or SERVER_ERROR, was UNKNOWN or missing"));
        }
        found = plus(found, notNegative("units", event.units()));
        found = plus(found, notNegative("input_tokens", event.inputTokens()));
        found = plus(found, notNegative("output_items", event.outputItems()));
        return found == null ? List.of() : found;
    }

    /** What is wrong with a number below zero; null if there is none or it is not. */
    public static @Nullable Violation notNegative(String field, @Nullable Long value) {
        return value != null && value < 0 ? new Violation(field, InputRule.SIGN, "must be >= 0, was " + value) : null;
    }

    private static @Nullable List<Violation> plus(@Nullable List<Violation> found, @Nullable Violation violation) {
        if (violation == null) {
            return found;
        }
        List<Violation> longer = found == null ? new ArrayList<>() : found;
        longer.add(violation);
        return longer;
    }
}
