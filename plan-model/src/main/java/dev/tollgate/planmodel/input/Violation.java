package dev.tollgate.planmodel.input;

/**
 * A broken rule.
 *
 * @param field name in the contract, for example {@code account_id}
 * @param rule what it is about
 * @param detail what is allowed and what was found, to follow the field's name
 */
public record Violation(String field, InputRule rule, String detail) {
    /** The whole sentence: {@code units must be >= 0, was -1}. */
    public String sentence() {
        return field + " " + detail;
    }
}
