package dev.tollgate.schemas.config;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
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

    /** {@code //user:password@}, also with '/' within the user or, after the first colon, anything but a space. */
    private static final Pattern URL_PASSWORD = Pattern.compile("(//[^:@\\s]*:)\\S*@");

    /** {@code //token@}: a name without a password is a password as often as not. */
    private static final Pattern URL_TOKEN = Pattern.compile("(//)[^/?#:@\\s]+@");

    /** Addresses of Slack whose path alone lets anybody post. */
    private static final Pattern WEBHOOK_PATH = Pattern.compile("(//hooks\\.slack(?:-gov)?\\.com/)[^?#\\s]+");

    private static final Pattern PARAMETER = Pattern.compile("[?&;#,]([^=?&;#,\\s]+)=");

    private static final Pattern SECRET_PARAMETER =
            Pattern.compile("(?i).*(pass|pwd|secret|token|credential|user|key|auth|sig|jwt|bearer|session).*");

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
     * A text in which the secrets of URLs are masked, however they are written:
     *
     * <ul>
     *   <li>{@code //bob:****@host}, and {@code //****@host} for a name or token alone;
     *   <li>{@code ?password=****}, behind {@code ?}, {@code &}, {@code ;}, {@code #} or {@code ,}, also where the name
     *       is percent-encoded;
     *   <li>{@code //hooks.slack.com/****};
     *   <li>a percent-encoded URL with a secret, as the value of a parameter: {@code ?target=****}.
     * </ul>
     *
     * Of more than 1,000 characters only the number is told.
     */
    public static String maskedWithin(String value) {
        if (value.length() > MAX_SHOWN) {
            return "(" + value.length() + " characters)";
        }
        String withoutPassword = URL_PASSWORD.matcher(value).replaceAll("$1" + MASK + "@");
        String withoutToken = URL_TOKEN.matcher(withoutPassword).replaceAll("$1" + MASK + "@");
        String withoutPath = WEBHOOK_PATH.matcher(withoutToken).replaceAll("$1" + MASK);
        return withoutSecretParameters(withoutPath);
    }

    private static String withoutSecretParameters(String text) {
        StringBuilder shown = new StringBuilder();
        Matcher parameter = PARAMETER.matcher(text);
        int copied = 0;
        while (parameter.find(copied)) {
            shown.append(text, copied, parameter.end());
            copied = parameter.end();
            if (SECRET_PARAMETER.matcher(decoded(parameter.group(1))).matches()) {
                // The value of a secret may hold any separator but the one that every URL knows.
                int end = endOf(text, copied, "&");
                shown.append(end > copied ? MASK : "");
                copied = end;
            } else {
                int end = endOf(text, copied, "&;#,");
                String decoded = decoded(text.substring(copied, end));
                if (decoded.contains("//") && !maskedWithin(decoded).equals(decoded)) {
                    shown.append(MASK);
                    copied = end;
                }
            }
        }
        return shown.append(text, copied, text.length()).toString();
    }

    private static int endOf(String text, int from, String separators) {
        int at = from;
        while (at < text.length()
                && separators.indexOf(text.charAt(at)) < 0
                && !Character.isWhitespace(text.charAt(at))) {
            at++;
        }
        return at;
    }

    /** A text that is no percent-encoding stays as it is. */
    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return text;
        }
    }
}
