package dev.tollgate.schemas.config;

import java.util.regex.Pattern;

/**
 * Keeps secrets out of messages, logs and lists. It errs on the side of hiding: where it is not clear how far a
 * password in a URL reaches, everything up to the last {@code @} is taken for it.
 */
public final class Secrets {
    /** Stands for a secret. */
    public static final String MASK = "****";

    private static final Pattern SECRET_KEY = Pattern.compile(
            "(?is).*(passw|passphrase|secret|token|user[-_.]?info|credential|jaas|private|[-_.]key$).*");
    private static final Pattern URL_PASSWORD = Pattern.compile("(//[^/:@\\s]*:)\\S*@");
    private static final Pattern QUERY_PASSWORD =
            Pattern.compile("(?i)([?&;][^=&;\\s]*(?:pass|pwd|secret|token|credential|user|key)[^=&;\\s]*=)[^&\\s]+");

    /** Longer values are told by their length: nobody reads them, and looking for passwords in them takes long. */
    private static final int MAX_SHOWN = 1_000;

    private Secrets() {}

    /** Whether values of a key of somebody else's, such as a Kafka property, are secrets, by the sound of its name. */
    public static boolean soundsSecret(String key) {
        return SECRET_KEY.matcher(key).matches();
    }

    /** A value as it may be shown: masked as a whole if its key sounds like a secret, else within URLs. */
    public static String masked(String key, String value) {
        return soundsSecret(key) ? MASK : maskedWithin(value);
    }

    /**
     * A text in which the passwords of URLs are masked: {@code //bob:****@host}, {@code ?password=****}. Of more than
     * 1,000 characters only the number is told.
     */
    public static String maskedWithin(String value) {
        if (value.length() > MAX_SHOWN) {
            return "(" + value.length() + " characters)";
        }
        String withoutUrlPassword = URL_PASSWORD.matcher(value).replaceAll("$1" + MASK + "@");
        return QUERY_PASSWORD.matcher(withoutUrlPassword).replaceAll("$1" + MASK);
    }
}
