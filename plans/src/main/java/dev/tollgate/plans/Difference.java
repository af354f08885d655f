package dev.tollgate.plans;

import org.jspecify.annotations.Nullable;

/**
 * One thing that two plans or versions say differently.
 *
 * @param kind whether it came, went or changed
 * @param subject what kind of thing it is
 * @param id which one: the id of a plan, meter or limit, an endpoint, or the number of a version; for a cost
 *     {@code meter endpoint}, for a cap {@code endpoint dimension}
 * @param property which property of it, by its key in the plan file; empty where the whole thing came or went
 * @param before its value before, as the plan file writes it, or null
 * @param after its value after, as the plan file writes it, or null
 * @param effect what it means for accounts
 * @param sentence the same for people, a whole sentence
 */
public record Difference(
        Kind kind,
        Subject subject,
        String id,
        String property,
        @Nullable String before,
        @Nullable String after,
        Effect effect,
        String sentence) {

    /** Whether something came, went or changed. */
    public enum Kind {
        ADDED,
        REMOVED,
        CHANGED
    }

    /** Kinds of things that plans are made of. */
    public enum Subject {
        PLAN,
        VERSION,
        METER,
        COST,
        LIMIT,
        CAP,
        OUTCOMES
    }

    /** What a difference means for the accounts on the plan. */
    public enum Effect {
        /** They can do more, or are blocked less. */
        LOOSER,
        /** They can do less, or are blocked more. */
        STRICTER,
        /** Neither, or it depends on the account. */
        NEUTRAL
    }

    @Override
    public String toString() {
        return sentence;
    }
}
