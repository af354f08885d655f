package dev.tollgate.planmodel.input;

import org.jspecify.annotations.Nullable;

/**
 * The rules for texts. Lengths are UTF-16 units, as {@link String#length()} counts them. Ids and endpoints have no
 * control characters (U+0000 to U+001F, U+007F to U+009F), and an id of invisible characters only is no id. Which
 * characters are invisible is a table of its own: an answer of {@link Character} depends on the JDK, and a replay on a
 * newer one has to answer alike.
 */
public final class InputText {
    /**
     * First and last of each range: white space and separators, controls, what Unicode calls default ignorable
     * (zero-width characters, directions, fillers, variation selectors, tags), and the blank Braille pattern.
     */
    private static final int[] INVISIBLE = {
        0x0000, 0x0020, 0x007F, 0x00A0, 0x00AD, 0x00AD, 0x034F, 0x034F, 0x061C, 0x061C, 0x115F, 0x1160, 0x1680, 0x1680,
        0x17B4, 0x17B5, 0x180B, 0x180F, 0x2000, 0x200F, 0x2028, 0x202F, 0x205F, 0x206F, 0x2800, 0x2800, 0x3000, 0x3000,
        0x3164, 0x3164, 0xFE00, 0xFE0F, 0xFEFF, 0xFEFF, 0xFFA0, 0xFFA0, 0xFFF0, 0xFFFB, 0x1BCA0, 0x1BCA3, 0x1D173,
        0x1D17A, 0xE0000, 0xE0FFF
    };

    private InputText() {}

    /**
     * What is wrong with an id, or an endpoint, that must be there; null if nothing.
     *
     * @param field its name in the contract
     * @param max most characters allowed
     */
    public static @Nullable Violation required(String field, @Nullable String value, int max) {
        if (value == null) {
            return new Violation(field, InputRule.PRESENCE, "must be 1 to " + max + " characters, was missing");
        }
        return visible(field, value, max, InputRule.PRESENCE);
    }

    /** As {@link #required} for an id that may be left out: null and the empty text are no id. */
    public static @Nullable Violation optional(String field, @Nullable String value, int max) {
        if (value == null || value.isEmpty()) {
            return null;
        }
        return visible(field, value, max, InputRule.CHARACTERS);
    }

    /** What is wrong with a text that is there. Without visible characters it breaks {@code ifInvisible}. */
    private static @Nullable Violation visible(String field, String value, int max, InputRule ifInvisible) {
        if (value.length() > max) {
            return tooLong(field, value, max);
        }
        Violation found = characters(field, value);
        if (found != null || !isInvisible(value)) {
            return found;
        }
        String must = ifInvisible == InputRule.PRESENCE
                ? "must be 1 to " + max + " characters"
                : "must be left out or have visible characters";
        String was = value.isBlank() ? "blank" : "made of invisible characters only";
        return new Violation(field, ifInvisible, must + ", was " + was);
    }

    /**
     * What is wrong with a text for reports only, which may be missing, empty and of several lines; null if nothing.
     */
    public static @Nullable Violation label(String field, @Nullable String value, int max) {
        if (value == null) {
            return null;
        }
        if (value.length() > max) {
            return tooLong(field, value, max);
        }
        return hasLoneSurrogate(value) ? halfPair(field) : null;
    }

    private static Violation tooLong(String field, String value, int max) {
        return new Violation(field, InputRule.LENGTH, "must be at most " + max + " characters, was " + value.length());
    }

    private static @Nullable Violation characters(String field, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (isControl(c)) {
                return new Violation(
                        field,
                        InputRule.CHARACTERS,
                        "must have no control characters, has " + String.format("U+%04X", (int) c) + " as character "
                                + (i + 1));
            }
            if (Character.isSurrogate(c)) {
                if (!isPair(value, i)) {
                    return halfPair(field);
                }
                i++;
            }
        }
        return null;
    }

    /**
     * UTF-8 has no form for half a surrogate pair: an encoder would put '?' in its place, and two ids would become one.
     */
    private static Violation halfPair(String field) {
        return new Violation(field, InputRule.UNICODE, "must be Unicode text, has half a surrogate pair");
    }

    /** Whether a character is one of U+0000 to U+001F and U+007F to U+009F. */
    public static boolean isControl(char c) {
        return c < 0x20 || c >= 0x7F && c <= 0x9F;
    }

    /** Whether a text has nothing that can be seen; true for the empty one. */
    public static boolean isInvisible(String value) {
        for (int i = 0; i < value.length(); ) {
            int codePoint = value.codePointAt(i);
            if (!isInvisible(codePoint)) {
                return false;
            }
            i += Character.charCount(codePoint);
        }
        return true;
    }

    private static boolean isInvisible(int codePoint) {
        if (codePoint > 0x20 && codePoint < 0x7F) {
            return false;
        }
        for (int i = 0; i < INVISIBLE.length; i += 2) {
            if (codePoint <= INVISIBLE[i + 1]) {
                return codePoint >= INVISIBLE[i];
            }
        }
        return false;
    }

    private static boolean hasLoneSurrogate(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (Character.isSurrogate(text.charAt(i))) {
                if (!isPair(text, i)) {
                    return true;
                }
                i++;
            }
        }
        return false;
    }

    private static boolean isPair(String text, int at) {
        return Character.isHighSurrogate(text.charAt(at))
                && at + 1 < text.length()
                && Character.isLowSurrogate(text.charAt(at + 1));
    }
}
