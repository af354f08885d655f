package dev.tollgate.streams.translate;

import dev.tollgate.engine.output.UsageTotal;

/**
 * The key of a total in usage-totals: {@code account|limit|scope|scope key|meter|window|window start}. A compacted
 * topic keeps one record for each, so two windows must never share one: a limit of the same id may count another meter
 * or in other windows in another plan, and two windows may begin together.
 *
 * <p>Ids may hold any character. A {@code |} within one is written {@code \p}, a {@code \} is written {@code \\}; so
 * the key of account {@code a|b} is not that of account {@code a} with a limit {@code b...}, and a key can be split at
 * each {@code |} and taken apart again. Ids without these two characters stand as they are.
 */
public final class TotalKey {
    private static final char SEPARATOR = '|';
    private static final char ESCAPE = '\\';
    private static final char ESCAPED_SEPARATOR = 'p';

    private TotalKey() {}

    /** The key of a total. */
    public static String of(UsageTotal total) {
        StringBuilder key = new StringBuilder(96);
        append(key, total.accountId()).append(SEPARATOR);
        append(key, total.limitId()).append(SEPARATOR);
        key.append(total.scope()).append(SEPARATOR);
        append(key, total.scopeKey()).append(SEPARATOR);
        append(key, total.meterId()).append(SEPARATOR);
        key.append(total.window().symbol()).append(SEPARATOR);
        return key.append(total.windowStartMillis()).toString();
    }

    private static StringBuilder append(StringBuilder key, String id) {
        if (id.indexOf(SEPARATOR) < 0 && id.indexOf(ESCAPE) < 0) {
            return key.append(id);
        }
        for (int i = 0; i < id.length(); i++) {
            char character = id.charAt(i);
            switch (character) {
                case SEPARATOR -> key.append(ESCAPE).append(ESCAPED_SEPARATOR);
                case ESCAPE -> key.append(ESCAPE).append(ESCAPE);
                default -> key.append(character);
            }
        }
        return key;
    }
}
