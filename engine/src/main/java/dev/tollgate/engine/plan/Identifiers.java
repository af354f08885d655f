package dev.tollgate.engine.plan;

/** Rules for the names that plans give to things. */
final class Identifiers {
    static final int MAX_LENGTH = 64;

    private Identifiers() {}

    static String require(String name, String value) {
        if (!isValid(value)) {
            throw new IllegalArgumentException(name + " must have 1 to " + MAX_LENGTH
                    + " characters out of a-z A-Z 0-9 . _ - and begin with a letter or digit, was '" + value + "'");
        }
        return value;
    }

    private static boolean isValid(String value) {
        if (value.isEmpty() || value.length() > MAX_LENGTH || !isLetterOrDigit(value.charAt(0))) {
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
