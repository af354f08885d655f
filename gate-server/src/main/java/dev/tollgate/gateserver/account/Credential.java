package dev.tollgate.gateserver.account;

import dev.tollgate.gateserver.request.CheckProblems;
import dev.tollgate.gateserver.request.CheckRequest;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A secret in a header: the value as it is, or behind {@code Bearer} in {@code Authorization}. */
final class Credential {
    private static final String BEARER = "bearer ";

    /** Longer ones are nobody's, and hashing or parsing them costs. */
    private static final int MAX_CHARACTERS = 8_192;

    private Credential() {}

    /** The secret; null if there is none or it is wrong, which is noted. */
    static @Nullable String of(CheckRequest request, String header, CheckProblems problems) {
        String value = request.one(header, problems);
        if (value == null || value.isEmpty()) {
            return null;
        }
        if (value.length() > MAX_CHARACTERS) {
            problems.header(header, "must be at most " + MAX_CHARACTERS + " characters, was " + value.length());
            return null;
        }
        if (!header.equalsIgnoreCase("Authorization")) {
            return value;
        }
        if (!value.toLowerCase(Locale.ROOT).startsWith(BEARER)) {
            problems.header(header, "must be 'Bearer' and a blank before the key or token");
            return null;
        }
        return value.substring(BEARER.length()).strip();
    }
}
