package dev.tollgate.embedded.process;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * The password of one start of a stack: made anew each time, handed to a child process on its standard input or in a
 * file that only its user may read, never as an argument, which every user of the machine could list.
 *
 * @param text 43 characters of base64url, 256 random bits
 */
public record StartSecret(String text) {
    /** The user name that goes with it. */
    public static final String USER = "tollgate";

    private static final int BYTES = 32;

    /** A new one. */
    public static StartSecret random() {
        byte[] bytes = new byte[BYTES];
        new SecureRandom().nextBytes(bytes);
        return new StartSecret(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
    }

    /** Whether user and password are right; takes the same time wherever the difference is. */
    public boolean matches(@Nullable String user, @Nullable String password) {
        return USER.equals(user)
                && password != null
                && MessageDigest.isEqual(
                        password.getBytes(StandardCharsets.UTF_8), text.getBytes(StandardCharsets.UTF_8));
    }

    /** The value of {@code Authorization} for basic authentication. */
    public String basic() {
        return "Basic " + Base64.getEncoder().encodeToString((USER + ":" + text).getBytes(StandardCharsets.UTF_8));
    }

    /** Never the secret: this ends up in logs. */
    @Override
    public String toString() {
        return "StartSecret[****]";
    }
}
