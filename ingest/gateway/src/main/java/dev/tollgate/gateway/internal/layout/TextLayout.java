package dev.tollgate.gateway.internal.layout;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A layout as the server's configuration has it: nginx's {@code log_format} ({@code $remote_addr - $remote_user
 * [$time_local] "$request" $status}) or Apache's {@code LogFormat} ({@code %h %l %u %t "%r" %>s}).
 *
 * <p>A line is read from left to right: each field goes up to the text that stands behind it in the layout, a quoted
 * one up to the quote that is not escaped, and a list of values ({@code 0.010, 0.020}) is one field. The user goes up
 * to the text before a time, so that he may have that text in his name. Each line is looked through once.
 *
 * <p>Each field has the name of its variable; {@code %{X-Account}i} is {@code http_x_account}. Those that all logs have
 * are there under common names as well: {@code remote_addr}, {@code remote_user}, {@code time}, {@code method},
 * {@code path}, {@code query}, {@code query.NAME}, {@code protocol}, {@code status}, {@code outcome}, {@code bytes},
 * {@code referer}, {@code user_agent}.
 */
public final class TextLayout implements RecordLayout {
    private static final int MAX_FIELDS = 128;
    private static final Pattern NGINX = Pattern.compile("\\$(?:\\{(\\w+)}|(\\w+))");
    private static final Pattern APACHE =
            Pattern.compile("%(?:%|[<>]?[!0-9,]*(?:\\{([^}]*)})?[!0-9,]*[<>]?(\\^?[A-Za-z]{1,2}))");
    private static final Pattern LOG_FORMAT =
            Pattern.compile("\\s*log_format\\s+\\S+\\s+(?:escape=(\\w+)\\s+)?(.*)", Pattern.DOTALL);
    private static final Pattern LOG_FORMAT_DIRECTIVE =
            Pattern.compile("\\s*LogFormat\\s+\"((?:[^\"\\\\]|\\\\.)*)\"\\s*\\S*\\s*", Pattern.DOTALL);
    private static final Pattern QUOTED = Pattern.compile("'([^']*)'|\"([^\"]*)\"");

    private static final Map<String, String> APACHE_NAMES = Map.ofEntries(
            Map.entry("h", "remote_addr"),
            Map.entry("a", "remote_addr"),
            Map.entry("l", "remote_logname"),
            Map.entry("u", "remote_user"),
            Map.entry("r", "request"),
            Map.entry("m", "request_method"),
            Map.entry("U", "uri"),
            Map.entry("q", "args"),
            Map.entry("H", "server_protocol"),
            Map.entry("s", "status"),
            Map.entry("b", "body_bytes_sent"),
            Map.entry("B", "body_bytes_sent"),
            Map.entry("O", "bytes_sent"),
            Map.entry("I", "request_length"),
            Map.entry("v", "server_name"),
            Map.entry("V", "server_name"),
            Map.entry("p", "server_port"),
            Map.entry("D", "request_time_us"),
            Map.entry("T", "request_time"));

    private static final Set<String> COMMON = Set.of("time", "method", "path", "query", "protocol", "outcome", "bytes");

    /** The fields that a variable gives beside the one of its own name. */
    private static final Map<String, List<String>> GIVEN = Map.ofEntries(
            Map.entry("request", List.of("method", "path", "query", "protocol")),
            Map.entry("request_uri", List.of("path", "query")),
            Map.entry("uri", List.of("path")),
            Map.entry("document_uri", List.of("path")),
            Map.entry("args", List.of("query")),
            Map.entry("query_string", List.of("query")),
            Map.entry("request_method", List.of("method")),
            Map.entry("server_protocol", List.of("protocol")),
            Map.entry("status", List.of("outcome")),
            Map.entry("body_bytes_sent", List.of("bytes")),
            Map.entry("bytes_sent", List.of("bytes")),
            Map.entry("http_referer", List.of("referer")),
            Map.entry("http_user_agent", List.of("user_agent")),
            Map.entry("time_local", List.of("time")),
            Map.entry("time_iso8601", List.of("time")),
            Map.entry("msec", List.of("time")),
            Map.entry("time_epoch_s", List.of("time")),
            Map.entry("time_epoch_ms", List.of("time")),
            Map.entry("time_epoch_us", List.of("time")));

    private final List<Part> parts;
    private final String end;
    private final boolean isEscaped;
    private final boolean isOpen;

    private TextLayout(List<Part> parts, String end, boolean isEscaped, boolean isOpen) {
        this.parts = List.copyOf(parts);
        this.end = end;
        this.isEscaped = isEscaped;
        this.isOpen = isOpen;
    }

    /** A field with the text before it. */
    private record Part(String before, String name) {}

    /** Whether a text is a layout and no name of one. */
    public static boolean isLayout(String text) {
        return NGINX.matcher(text).find() || APACHE.matcher(text).find();
    }

    /**
     * Reads a layout: the text alone, or the whole line of the configuration with {@code log_format NAME} or
     * {@code LogFormat}.
     *
     * @throws IllegalArgumentException saying what cannot be read
     */
    public static TextLayout of(String text) {
        Matcher directive = LOG_FORMAT.matcher(text);
        if (directive.matches()) {
            return nginx(joined(directive.group(2)), directive.group(1));
        }
        Matcher apache = LOG_FORMAT_DIRECTIVE.matcher(text);
        if (apache.matches()) {
            return apache(apache.group(1));
        }
        return NGINX.matcher(text).find() ? nginx(text, null) : apache(text);
    }

    /** A layout of nginx's kind behind whose last field there may be more; for formats that grow. */
    static TextLayout open(String text) {
        TextLayout layout = nginx(text, null);
        return new TextLayout(layout.parts, layout.end, false, true);
    }

    private static String joined(String quoted) {
        StringBuilder text = new StringBuilder();
        Matcher matcher = QUOTED.matcher(quoted);
        while (matcher.find()) {
            text.append(matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
        }
        return text.isEmpty() ? quoted : text.toString();
    }

    private static TextLayout nginx(String text, @Nullable String escape) {
        if (text.stripLeading().startsWith("{")) {
            throw new IllegalArgumentException(
                    "a log_format that writes JSON is read by 'format: json-lines' with 'fields' in a mapping");
        }
        String plain = text.replace("$uri$is_args$args", "$request_uri");
        List<Part> parts = new ArrayList<>();
        Matcher matcher = NGINX.matcher(plain);
        int from = 0;
        while (matcher.find()) {
            add(
                    parts,
                    plain.substring(from, matcher.start()),
                    matcher.group(1) == null ? matcher.group(2) : matcher.group(1));
            from = matcher.end();
        }
        return layout(parts, plain.substring(from), !"none".equals(escape));
    }

    private static TextLayout apache(String text) {
        String plain = text.replace("\\\"", "\"").replace("\\t", "\t");
        List<Part> parts = new ArrayList<>();
        StringBuilder before = new StringBuilder();
        Matcher matcher = APACHE.matcher(plain);
        int from = 0;
        while (matcher.find()) {
            before.append(plain, from, matcher.start());
            from = matcher.end();
            if (matcher.group().equals("%%")) {
                before.append('%');
                continue;
            }
            String argument = matcher.group(1);
            String name = apacheName(matcher.group(2), argument);
            boolean bracketed = name.equals("time_local");
            add(parts, before + (bracketed ? "[" : ""), name);
            before.setLength(0);
            before.append(bracketed ? "]" : "");
        }
        return layout(parts, before.append(plain.substring(from)).toString(), true);
    }

    private static String apacheName(String directive, @Nullable String argument) {
        if (argument == null) {
            return directive.equals("t")
                    ? "time_local"
                    : APACHE_NAMES.getOrDefault(directive, "directive_" + directive.replace("^", ""));
        }
        String name = argument.toLowerCase(Locale.ROOT).replace('-', '_');
        return switch (directive) {
            case "i" -> "http_" + name;
            case "o" -> "sent_http_" + name;
            case "e" -> "env_" + name;
            case "n" -> "note_" + name;
            case "C" -> "cookie_" + name;
            case "a" -> "remote_addr";
            case "p" -> "server_port";
            case "T" -> name.equals("s") ? "request_time" : "request_time_" + name;
            case "t" ->
                switch (name) {
                    case "sec" -> "time_epoch_s";
                    case "msec" -> "time_epoch_ms";
                    case "usec" -> "time_epoch_us";
                    default ->
                        throw new IllegalArgumentException("the layout's time %{" + argument
                                + "}t cannot be read; %t, %{sec}t, %{msec}t and %{usec}t can");
                };
            default -> "directive_" + directive.replace("^", "") + "_" + name;
        };
    }

    private static void add(List<Part> parts, String before, String name) {
        if (before.isEmpty() && !parts.isEmpty()) {
            throw new IllegalArgumentException("the layout must have a text between its fields '"
                    + parts.getLast().name() + "' and '" + name + "'");
        }
        if (parts.size() == MAX_FIELDS) {
            throw new IllegalArgumentException("the layout must have at most " + MAX_FIELDS + " fields");
        }
        parts.add(new Part(before, name));
    }

    private static TextLayout layout(List<Part> parts, String end, boolean isEscaped) {
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("the layout must have fields, such as $status or %>s");
        }
        return new TextLayout(parts, end.stripTrailing(), isEscaped, false);
    }

    @Override
    public boolean isField(String name) {
        boolean queries = parts.stream()
                .anyMatch(part -> GIVEN.getOrDefault(part.name(), List.of()).contains("query"));
        return names().contains(name) || queries && name.startsWith("query.") && name.length() > "query.".length();
    }

    @Override
    public String fields() {
        return String.join(", ", names());
    }

    private Set<String> names() {
        Set<String> names = new LinkedHashSet<>();
        for (Part part : parts) {
            names.add(part.name());
            names.addAll(GIVEN.getOrDefault(part.name(), List.of()));
        }
        return names;
    }

    @Override
    public @Nullable LogRecord parse(String line) {
        LogRecord.Builder record = new LogRecord.Builder();
        int at = 0;
        for (int i = 0; i < parts.size(); i++) {
            Part part = parts.get(i);
            if (!line.startsWith(part.before(), at)) {
                throw new IllegalArgumentException(
                        "before the field " + part.name() + " there must be '" + part.before() + "', was '"
                                + LogText.shown(line.substring(Math.min(at, line.length()))) + "'");
            }
            at += part.before().length();
            String behind = i + 1 < parts.size() ? parts.get(i + 1).before() : end;
            boolean quoted = part.before().endsWith("\"") && behind.startsWith("\"");
            int to = quoted ? LineCursor.quoteEnd(line, at) : end(line, at, i, behind);
            if (to < 0) {
                throw new IllegalArgumentException("behind the field " + part.name() + " there must be '" + behind
                        + "', was '" + LogText.shown(line.substring(at)) + "'");
            }
            String value = line.substring(at, to);
            take(record, part.name(), isEscaped ? LogText.unescaped(value) : value);
            at = to;
        }
        if (!isOpen && !line.substring(at).stripTrailing().equals(end)) {
            throw new IllegalArgumentException("the line must end with '" + end + "' as the layout does, goes on with '"
                    + LogText.shown(line.substring(at)) + "'");
        }
        return record.build();
    }

    /** Where an unquoted field ends, or -1. */
    private int end(String line, int at, int index, String behind) {
        if (behind.isEmpty()) {
            return isOpen ? wordEnd(line, at) : line.length();
        }
        boolean isBeforeTime =
                index + 1 < parts.size() && parts.get(index + 1).name().equals("time_local");
        boolean isTime = parts.get(index).name().equals("time_local");
        for (int to = line.indexOf(behind, at); to >= 0; to = line.indexOf(behind, to + 1)) {
            boolean goesOn = behind.charAt(0) == ' ' && !isTime && LineCursor.isListGoingOn(line, to);
            boolean misses = isBeforeTime && !isTimeAt(line, to + behind.length(), index + 1);
            if (goesOn && line.startsWith(" : ", to)) {
                // Neither of the two blanks ends the field.
                to += 2;
            } else if (!goesOn && !misses) {
                return to;
            }
        }
        return isBeforeTime ? line.indexOf(behind, at) : -1;
    }

    /**
     * Whether a time stands at a place, with the text behind it that the layout has there. A user may call himself like
     * a time, but not have a quote behind it, which would be escaped.
     */
    private boolean isTimeAt(String line, int at, int index) {
        String behind = index + 1 < parts.size() ? parts.get(index + 1).before() : end;
        return CommonFields.isLocalTime(line, at) && line.startsWith(behind, at + CommonFields.LOCAL_TIME_LENGTH);
    }

    private static int wordEnd(String line, int at) {
        int blank = line.indexOf(' ', at);
        return blank < 0 ? line.length() : blank;
    }

    private static void take(LogRecord.Builder record, String name, String value) {
        boolean missing = value.isEmpty() || value.equals("-") || value.equals("\"\"");
        switch (name) {
            case "time_local" -> CommonFields.localTime(record, value);
            case "time_iso8601" -> CommonFields.isoTime(record, value);
            case "msec", "time_epoch_s" -> CommonFields.epochTime(record, value, 1);
            case "time_epoch_ms" -> CommonFields.epochTime(record, value, 1_000);
            case "time_epoch_us" -> CommonFields.epochTime(record, value, 1_000_000);
            case "request" -> CommonFields.request(record, value);
            case "request_uri", "uri", "document_uri" -> {
                if (!missing) {
                    CommonFields.target(record, value);
                }
            }
            case "args", "query_string" -> {
                if (!missing) {
                    CommonFields.query(record, value.startsWith("?") ? value.substring(1) : value);
                }
            }
            case "status" -> CommonFields.status(record, value);
            case "remote_user" -> {
                if (!missing) {
                    record.put("remote_user", value);
                }
                return;
            }
            default -> {
                for (String given : GIVEN.getOrDefault(name, List.of())) {
                    record.put(given, value);
                }
            }
        }
        if (!COMMON.contains(name) && !name.equals("status")) {
            record.put(name, value);
        }
    }
}
