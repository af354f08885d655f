package dev.tollgate.notify.internal.alert;

import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/**
 * Where people find more of an alert: a URL with labels in it, such as
 * {@code https://tollgate.example.org/accounts/{account}?limit={limit}}.
 *
 * @param template a URL; {@code {name}} stands for the label of that name, percent-encoded, or for nothing
 */
public record GeneratorUrl(String template) {
    private static final Pattern LABEL = Pattern.compile("\\{(account|plan|limit|meter|scope|scope_key|kind)}");

    /** @throws IllegalArgumentException if it is no URL, or has another name in braces */
    public static GeneratorUrl parse(String template) {
        URI url = URI.create(LABEL.matcher(template).replaceAll("x"));
        boolean http = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
        if (!http || url.getHost() == null) {
            throw new IllegalArgumentException("not a URL with http or https");
        }
        return new GeneratorUrl(template);
    }

    String of(Map<String, String> labels) {
        return LABEL.matcher(template).replaceAll(found -> encoded(labels.getOrDefault(name(found), "")));
    }

    private static String name(MatchResult found) {
        return found.group(1);
    }

    /** As it may stand in a path and in a query. The percent sign and digits mean nothing to a replacement. */
    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
