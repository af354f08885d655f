package dev.tollgate.engine.scope;

import dev.tollgate.planmodel.Scope;
import java.util.Comparator;

/**
 * The open buckets of one project or API key of one account, of all limits of that scope, and the timers that are set
 * for it. Mutable, changed by the engine only, and made by the engine only.
 */
public interface ScopeRecord {
    /** By code points, which is the order of the keys' UTF-8 bytes. */
    Comparator<String> KEY_ORDER = ScopeRecord::compareKeys;

    /** Makes records of bytes. */
    interface Reader {
        /**
         * Reads what {@link ScopeRecord#encode} wrote.
         *
         * @throws IllegalArgumentException if the bytes are something else
         */
        ScopeRecord read(Scope scope, String key, byte[] bytes);
    }

    /** {@code PROJECT} or {@code API_KEY}. */
    Scope scope();

    /** Project or API key id; empty for calls that name none. */
    String key();

    /** The content in a compact form. The same content has the same bytes, whenever it is encoded. */
    byte[] encode();

    private static int compareKeys(String first, String second) {
        int length = Math.min(first.length(), second.length());
        for (int i = 0; i < length; i++) {
            char a = first.charAt(i);
            char b = second.charAt(i);
            if (a != b) {
                boolean highA = Character.isSurrogate(a);
                // Surrogates stand for code points above all others.
                return highA == Character.isSurrogate(b) ? a - b : highA ? 1 : -1;
            }
        }
        return first.length() - second.length();
    }
}
