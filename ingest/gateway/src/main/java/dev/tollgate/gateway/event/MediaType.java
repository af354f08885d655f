package dev.tollgate.gateway.event;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A media type by RFC 9110, section 8.3.1: {@code Application/JSON ; charset="UTF-8"} is {@code application/json} in
 * UTF-8.
 *
 * @param essence type and subtype in lower case, without parameters
 * @param parameters by name in lower case, values as given without their quotes
 */
public record MediaType(String essence, Map<String, String> parameters) {
    private static final String TOKEN_MARKS = "!#$%&'*+-.^_`|~";

    public MediaType {
        parameters = Map.copyOf(parameters);
    }

    /** Reads one, or null if it is none. A parameter that is there twice counts as it was first. */
    public static @Nullable MediaType parse(String text) {
        int semicolon = text.indexOf(';');
        String essence = (semicolon < 0 ? text : text.substring(0, semicolon)).strip();
        int slash = essence.indexOf('/');
        if (slash < 0 || !isToken(essence.substring(0, slash)) || !isToken(essence.substring(slash + 1))) {
            return null;
        }
        Map<String, String> parameters = new TreeMap<>();
        int at = semicolon < 0 ? text.length() : semicolon;
        while (at < text.length()) {
            at = parameter(text, at + 1, parameters);
            if (at < 0) {
                return null;
            }
        }
        return new MediaType(essence.toLowerCase(Locale.ROOT), parameters);
    }

    /** Reads up to the next semicolon or the end; where that is, or -1 if there is no parameter by the grammar. */
    private static int parameter(String text, int from, Map<String, String> parameters) {
        int at = blanksFrom(text, from);
        if (at == text.length() || text.charAt(at) == ';') {
            // Empty parameters are allowed to be there.
            return at;
        }
        int equals = text.indexOf('=', at);
        if (equals < 0 || !isToken(text.substring(at, equals))) {
            return -1;
        }
        String name = text.substring(at, equals).toLowerCase(Locale.ROOT);
        StringBuilder value = new StringBuilder();
        at = equals + 1;
        if (at < text.length() && text.charAt(at) == '"') {
            at++;
            while (at < text.length() && text.charAt(at) != '"') {
                if (text.charAt(at) == '\\' && at + 1 < text.length()) {
                    at++;
                }
                value.append(text.charAt(at++));
            }
            if (at == text.length()) {
                return -1;
            }
            at++;
        } else {
            while (at < text.length() && isTokenCharacter(text.charAt(at))) {
                value.append(text.charAt(at++));
            }
            if (value.isEmpty()) {
                return -1;
            }
        }
        at = blanksFrom(text, at);
        if (at < text.length() && text.charAt(at) != ';') {
            return -1;
        }
        parameters.putIfAbsent(name, value.toString());
        return at;
    }

    private static int blanksFrom(String text, int from) {
        int at = from;
        while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
            at++;
        }
        return at;
    }

    /** Whether what it names is JSON: {@code application/json}, or a type with the suffix {@code +json} (RFC 6839). */
    public boolean isJson() {
        return essence.equals("application/json") || essence.equals("text/json") || essence.endsWith("+json");
    }

    /** Whether it is in UTF-8, as JSON is unless somebody says otherwise. */
    public boolean isUtf8() {
        return parameters.getOrDefault("charset", "utf-8").equalsIgnoreCase("utf-8");
    }

    private static boolean isToken(String text) {
        return !text.isEmpty() && text.chars().allMatch(c -> isTokenCharacter((char) c));
    }

    private static boolean isTokenCharacter(char c) {
        return c < 128 && (Character.isLetterOrDigit(c) || TOKEN_MARKS.indexOf(c) >= 0);
    }
}
