package dev.tollgate.plans;

import dev.tollgate.planmodel.contract.Bounds;
import dev.tollgate.planmodel.pricing.EndpointPattern;
import org.jspecify.annotations.Nullable;

/** Endpoint patterns as plan files write them: those of the plan model, on one line. */
final class EndpointPatterns {
    static final String SENTENCE = "must be 'PATH' or 'METHOD PATH' with one blank between, at most "
            + Bounds.MAX_ENDPOINT_CHARACTERS + " characters";

    private EndpointPatterns() {}

    /** The pattern, or null if the text is none. Two are equal exactly if they match the same endpoints. */
    static @Nullable EndpointPattern parse(String text) {
        if (text.chars().anyMatch(Character::isISOControl)) {
            return null;
        }
        try {
            return EndpointPattern.of(text);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
