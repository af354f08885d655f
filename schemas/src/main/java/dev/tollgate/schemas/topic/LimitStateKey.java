package dev.tollgate.schemas.topic;

/**
 * Key of a record of {@code limit-state}.
 *
 * <p>The record of an account has the account id as its key. The record of a project or API key has the account id, the
 * scope and the id of the project or key, with a NUL character (U+0000) after each of the first two. Account ids have
 * no NUL, so no two things have the same key. All of an account's records stand in the partition of the account id.
 *
 * @param accountId the account
 * @param scope {@code PROJECT} or {@code API_KEY}; empty for the account itself
 * @param scopeKey id of the project or API key; empty for the account itself and for calls that name none
 */
public record LimitStateKey(String accountId, String scope, String scopeKey) {
    private static final char SEPARATOR = '\0';

    /** The key of an account. */
    public static LimitStateKey ofAccount(String accountId) {
        return new LimitStateKey(accountId, "", "");
    }

    /**
     * Reads a key.
     *
     * @param text the key as it stands in the topic, in UTF-8
     */
    public static LimitStateKey parse(String text) {
        int first = text.indexOf(SEPARATOR);
        int second = first < 0 ? -1 : text.indexOf(SEPARATOR, first + 1);
        return second < 0
                ? ofAccount(text)
                : new LimitStateKey(
                        text.substring(0, first), text.substring(first + 1, second), text.substring(second + 1));
    }

    /** Whether it is about the account as a whole. */
    public boolean isOfAccount() {
        return scope.isEmpty();
    }

    /** The key as it stands in the topic. */
    public String text() {
        return isOfAccount() ? accountId : accountId + SEPARATOR + scope + SEPARATOR + scopeKey;
    }
}
