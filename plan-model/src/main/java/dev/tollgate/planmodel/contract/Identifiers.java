package dev.tollgate.planmodel.contract;

/** Rules for the names that plans give to things. */
public final class Identifiers {
    private Identifiers() {}

    /**
     * Passes a name on.
     *
     * @param name what it is a name of, for the message
     * @throws IllegalArgumentException unless it has 1 to {@value Bounds#MAX_NAME_CHARACTERS} characters out of a-z A-Z
     *     0-9 . _ - and begins with a letter or digit
     */
    public static String require(String name, String value) {
        if (!isValid(value)) {
            throw new IllegalArgumentException(name + " must have 1 to " + Bounds.MAX_NAME_CHARACTERS
                    + " characters out of a-z A-Z 0-9 . _ - and begin with a letter or digit, was '" + value + "'");
        }
        return value;
    }

    private static boolean isValid(String value) {
        if (value.isEmpty() || value.length() > Bounds.MAX_NAME_CHARACTERS || !isLetterOrDigit(value.charAt(0))) {
            return false;
        }
        for (int i = 1; i < value.length(); i++) {
            char c = value.charAt(i);
            if (!isLetterOrDigit(c) && c != '.' && c != '_' && c != '-') {
                return false;
            }
        }
        return true;
    }

    private static boolean isLetterOrDigit(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    }
}
