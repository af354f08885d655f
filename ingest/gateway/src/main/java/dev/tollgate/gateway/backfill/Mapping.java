package dev.tollgate.gateway.backfill;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.config.InvalidSettingsException;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How a record becomes an event. Written as YAML:
 *
 * <pre>{@code
 * format: access-log              # json-lines, csv or access-log
 * fields:                         # field of the event: text with {field of the record}
 *   account_id: "{remote_user}"
 *   endpoint: "{method} {path}"
 *   duration_ms: "{extra_1}"
 *   producer: edge-proxy
 *   attributes.agent: "{user_agent}"
 * duration-unit: s                # of duration_ms as the record has it: us, ms (default) or s; rounded to the nearest
 * time-format: "yyyy-MM-dd HH:mm:ss"  # of occurred_at where it is neither RFC 3339 nor milliseconds
 * time-zone: UTC
 * separator: ","                  # of CSV
 * skip:                           # records whose endpoint matches are passed over
 *   - "GET /health.*"
 * endpoints:                      # the first match wins; $1 is the first group
 *   - match: "(\\w+) /v2/memories/[^/]+"
 *     replace: "$1 /v2/memories/{id}"
 * }</pre>
 *
 * <p>A field whose text comes out empty is left out. Without {@code fields}, columns of CSV have the event's own field
 * names, and access logs give {@code remote_user}, {@code "METHOD path"}, time and outcome. JSON lines keep their
 * fields; only {@code skip} and {@code endpoints} apply to them.
 */
public final class Mapping {
    private static final Pattern PLACE = Pattern.compile("\\{([^{}]+)}");
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,18}");
    private static final Set<String> COUNTS = Set.of("units", "input_tokens", "output_items", "duration_ms");
    private static final Set<String> KEYS =
            Set.of("format", "fields", "duration-unit", "time-format", "time-zone", "separator", "skip", "endpoints");
    private static final Map<String, String> ACCESS_LOG_FIELDS = Map.of(
            "account_id", "{remote_user}",
            "endpoint", "{method} {path}",
            "occurred_at", "{time}",
            "outcome", "{outcome}");
    private static final List<String> REQUIRED = List.of("account_id", "endpoint", "occurred_at");
    private static final String ATTRIBUTES = "attributes.";

    private final Format format;
    private final Map<String, String> fields;
    private final List<Rewrite> rewrites;
    private final List<Pattern> skips;
    private final BigDecimal millisPerDuration;
    private final @Nullable DateTimeFormatter timeFormat;
    private final ZoneId zone;
    private final char separator;

    private Mapping(
            Format format,
            Map<String, String> fields,
            List<Rewrite> rewrites,
            List<Pattern> skips,
            BigDecimal millisPerDuration,
            @Nullable DateTimeFormatter timeFormat,
            ZoneId zone,
            char separator) {
        this.format = format;
        this.fields = fields;
        this.rewrites = List.copyOf(rewrites);
        this.skips = List.copyOf(skips);
        this.millisPerDuration = millisPerDuration;
        this.timeFormat = timeFormat;
        this.zone = zone;
        this.separator = separator;
    }

    /** The mapping of a format where nothing is said. */
    public static Mapping preset(Format format) {
        return new Mapping(
                format,
                format == Format.ACCESS_LOG ? ACCESS_LOG_FIELDS : Map.of(),
                List.of(),
                List.of(),
                BigDecimal.ONE,
                null,
                ZoneOffset.UTC,
                ',');
    }

    /**
     * Reads a mapping file.
     *
     * @throws InvalidSettingsException with every problem found
     * @throws IOException if the file cannot be read
     */
    public static Mapping load(Path file) throws IOException {
        return parse(Files.readString(file));
    }

    /**
     * Reads a mapping.
     *
     * @throws InvalidSettingsException with every problem found
     */
    public static Mapping parse(String yaml) {
        JsonNode root;
        try {
            root = new ObjectMapper(new YAMLFactory()).readTree(yaml);
        } catch (IOException e) {
            throw new InvalidSettingsException(List.of("the mapping is not YAML: " + e.getMessage()));
        }
        return new Loading(root).mapping();
    }

    /** What the records look like. */
    public Format format() {
        return format;
    }

    char separator() {
        return separator;
    }

    /**
     * Makes the event's JSON out of a record's fields.
     *
     * @throws IllegalArgumentException if a value cannot be converted
     */
    ObjectNode event(Map<String, String> record) {
        ObjectNode event = JsonNodeFactory.instance.objectNode();
        if (fields.isEmpty()) {
            record.forEach((name, value) -> put(event, name, value));
        } else {
            fields.forEach((name, template) -> put(event, name, filled(template, record)));
        }
        return event;
    }

    /**
     * The endpoint as it shall be counted.
     *
     * @return null if such records are to be passed over
     */
    @Nullable
    String endpoint(String raw) {
        for (Pattern skip : skips) {
            if (skip.matcher(raw).matches()) {
                return null;
            }
        }
        for (Rewrite rewrite : rewrites) {
            Matcher matcher = rewrite.match().matcher(raw);
            if (matcher.matches()) {
                return matcher.replaceFirst(rewrite.replacement());
            }
        }
        return raw;
    }

    /**
     * What is wrong with the header of a CSV file: a column that is named and not there would be an empty value in each
     * record, and where that is allowed nobody would notice.
     */
    List<String> headerProblems(List<String> columns) {
        String there = "; the columns are " + String.join(", ", columns);
        List<String> problems = new ArrayList<>();
        if (!fields.isEmpty()) {
            fields.forEach((name, template) -> places(template)
                    .filter(place -> !columns.contains(place))
                    .forEach(place -> problems.add(
                            "fields." + name + " of the mapping needs the column '" + place + "'" + there)));
            return problems;
        }
        columns.stream()
                .filter(column -> !isField(column))
                .forEach(column -> problems.add("the column '" + column
                        + "' is not a field of a request event; a mapping file says what it is"));
        REQUIRED.stream()
                .filter(required -> !columns.contains(required))
                .forEach(required -> problems.add("there is no column '" + required + "'" + there));
        return problems;
    }

    private static boolean isField(String name) {
        return name.startsWith(ATTRIBUTES) && name.length() > ATTRIBUTES.length()
                || !name.equals("attributes") && RequestEvent.SCHEMA$.getField(name) != null;
    }

    private static Stream<String> places(String template) {
        return PLACE.matcher(template).results().map(result -> result.group(1));
    }

    private void put(ObjectNode event, String name, String value) {
        if (value.isEmpty()) {
            return;
        }
        if (name.startsWith(ATTRIBUTES)) {
            event.withObjectProperty("attributes").put(name.substring(ATTRIBUTES.length()), value);
        } else if (name.equals("duration_ms") && millisPerDuration.compareTo(BigDecimal.ONE) != 0) {
            event.put(name, duration(value));
        } else if (name.equals("occurred_at")) {
            putTime(event, value);
        } else if (COUNTS.contains(name) && NUMBER.matcher(value).matches()) {
            event.put(name, Long.parseLong(value));
        } else {
            event.put(name, value);
        }
    }

    private long duration(String value) {
        try {
            return new BigDecimal(value)
                    .multiply(millisPerDuration)
                    .setScale(0, RoundingMode.HALF_UP)
                    .longValueExact();
        } catch (ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException("duration_ms must be a number, was '" + value + "'", e);
        }
    }

    private void putTime(ObjectNode event, String value) {
        if (timeFormat != null) {
            try {
                event.put(
                        "occurred_at",
                        LocalDateTime.parse(value, timeFormat)
                                .atZone(zone)
                                .toInstant()
                                .toString());
            } catch (DateTimeException e) {
                throw new IllegalArgumentException("occurred_at must be as time-format says, was '" + value + "'", e);
            }
        } else if (NUMBER.matcher(value).matches()) {
            event.put("occurred_at", Long.parseLong(value));
        } else {
            event.put("occurred_at", value);
        }
    }

    private static String filled(String template, Map<String, String> record) {
        Matcher matcher = PLACE.matcher(template);
        StringBuilder text = new StringBuilder();
        while (matcher.find()) {
            matcher.appendReplacement(text, Matcher.quoteReplacement(record.getOrDefault(matcher.group(1), "")));
        }
        return matcher.appendTail(text).toString();
    }

    /** What the records of a file look like. */
    public enum Format {
        /** A JSON object a line: plain events, or CloudEvents (told by their {@code specversion}). */
        JSON_LINES,
        /** RFC 4180 with a header record. */
        CSV,
        /** Common or combined log format of nginx and Apache. */
        ACCESS_LOG
    }

    private record Rewrite(Pattern match, String replacement) {}

    /** Reads the YAML and collects what is wrong with it. */
    private static final class Loading {
        private final JsonNode root;
        private final List<String> problems = new ArrayList<>();

        Loading(JsonNode root) {
            this.root = root;
        }

        Mapping mapping() {
            if (!root.isObject()) {
                throw new InvalidSettingsException(List.of("a mapping must be a YAML object with 'format'"));
            }
            root.fieldNames().forEachRemaining(key -> {
                if (!KEYS.contains(key)) {
                    problems.add(key + " is unknown; known are "
                            + String.join(", ", KEYS.stream().sorted().toList()));
                }
            });
            Format format = format();
            Map<String, String> fields = fields(format);
            Mapping mapping = new Mapping(
                    format == null ? Format.CSV : format,
                    fields.isEmpty() && format == Format.ACCESS_LOG ? ACCESS_LOG_FIELDS : fields,
                    rewrites(),
                    skips(),
                    durationUnit(),
                    timeFormat(),
                    zone(),
                    separator());
            if (!problems.isEmpty()) {
                throw new InvalidSettingsException(problems);
            }
            return mapping;
        }

        private @Nullable Format format() {
            String text = root.path("format").asText();
            for (Format format : Format.values()) {
                if (format.name().toLowerCase(Locale.ROOT).replace('_', '-').equals(text)) {
                    return format;
                }
            }
            problems.add(
                    root.has("format")
                            ? "format must be json-lines, csv or access-log, was '" + text + "'"
                            : "format is missing: json-lines, csv or access-log");
            return null;
        }

        /** What the fields have to be hangs on the format; where that is not known, only their names are looked at. */
        private Map<String, String> fields(@Nullable Format format) {
            Map<String, String> fields = new LinkedHashMap<>();
            JsonNode node = root.path("fields");
            if (!node.isMissingNode() && (!node.isObject() || format == Format.JSON_LINES)) {
                problems.add(
                        format == Format.JSON_LINES
                                ? "fields must be left out for json-lines, which have their own"
                                : "fields must be an object of texts");
                return fields;
            }
            node.properties().forEach(entry -> {
                String name = entry.getKey();
                if (!isField(name)) {
                    problems.add("fields." + name + " is not a field of a request event");
                } else if (!entry.getValue().isValueNode() || entry.getValue().isNull()) {
                    problems.add("fields." + name + " must be a text");
                } else {
                    fields.put(name, entry.getValue().asText());
                    if (format == Format.ACCESS_LOG) {
                        places(entry.getValue().asText())
                                .filter(place -> !AccessLogLine.isField(place))
                                .forEach(place -> problems.add("fields." + name + " needs {" + place
                                        + "}, which an access log does not have; it has " + AccessLogLine.FIELDS));
                    }
                }
            });
            if (!fields.isEmpty() && format != null) {
                for (String required : REQUIRED) {
                    // Access logs have one time and one meaning of it; the rest must be said.
                    if (!fields.containsKey(required)) {
                        if (format == Format.ACCESS_LOG) {
                            fields.put(required, ACCESS_LOG_FIELDS.get(required));
                        } else {
                            problems.add("fields." + required + " is missing");
                        }
                    }
                }
                if (format == Format.ACCESS_LOG) {
                    fields.putIfAbsent("outcome", ACCESS_LOG_FIELDS.get("outcome"));
                }
            }
            return fields;
        }

        private List<Rewrite> rewrites() {
            List<Rewrite> rewrites = new ArrayList<>();
            int index = 0;
            for (JsonNode node : root.path("endpoints")) {
                String place = "endpoints[" + index++ + "]";
                if (!node.path("match").isTextual() || !node.path("replace").isTextual()) {
                    problems.add(place + " must have 'match' and 'replace'");
                    continue;
                }
                Pattern pattern = pattern(place + ".match", node.path("match").asText());
                String replacement = literalBraces(node.path("replace").asText());
                if (pattern != null && areGroupsThere(pattern, replacement, place)) {
                    rewrites.add(new Rewrite(pattern, replacement));
                }
            }
            return rewrites;
        }

        /**
         * In Java's replacements {@code ${x}} names a group; {@code {id}} without a dollar stands for itself anyway.
         */
        private static String literalBraces(String replacement) {
            return replacement.replace("\\", "\\\\").replace("${", "\\${");
        }

        private boolean areGroupsThere(Pattern pattern, String replacement, String place) {
            Matcher dollars = Pattern.compile("(?<!\\\\)\\$(\\d*)").matcher(replacement);
            int groups = pattern.matcher("").groupCount();
            while (dollars.find()) {
                String digits = dollars.group(1);
                if (digits.isEmpty() || digits.charAt(0) - '0' > groups) {
                    problems.add(place + ".replace must only name groups that match has ($1 to $" + groups + ")");
                    return false;
                }
            }
            return true;
        }

        private List<Pattern> skips() {
            List<Pattern> skips = new ArrayList<>();
            int index = 0;
            for (JsonNode node : root.path("skip")) {
                Pattern pattern = pattern("skip[" + index++ + "]", node.asText());
                if (pattern != null) {
                    skips.add(pattern);
                }
            }
            return skips;
        }

        private @Nullable Pattern pattern(String place, String text) {
            try {
                return Pattern.compile(text);
            } catch (PatternSyntaxException e) {
                problems.add(place + " must be a regular expression: " + e.getDescription());
                return null;
            }
        }

        private BigDecimal durationUnit() {
            return switch (root.path("duration-unit").asText("ms")) {
                case "s" -> BigDecimal.valueOf(1_000);
                case "ms" -> BigDecimal.ONE;
                case "us" -> new BigDecimal("0.001");
                default -> {
                    problems.add("duration-unit must be us, ms or s");
                    yield BigDecimal.ONE;
                }
            };
        }

        private @Nullable DateTimeFormatter timeFormat() {
            if (!root.has("time-format")) {
                return null;
            }
            try {
                return DateTimeFormatter.ofPattern(root.path("time-format").asText(), Locale.ENGLISH);
            } catch (IllegalArgumentException e) {
                problems.add("time-format must be a pattern such as yyyy-MM-dd HH:mm:ss: " + e.getMessage());
                return null;
            }
        }

        private ZoneId zone() {
            try {
                return ZoneId.of(root.path("time-zone").asText("UTC"));
            } catch (DateTimeException e) {
                problems.add("time-zone must be a zone such as UTC or Europe/Berlin: " + e.getMessage());
                return ZoneOffset.UTC;
            }
        }

        private char separator() {
            String text = root.path("separator").asText(",");
            if (text.length() != 1 || text.charAt(0) == '"') {
                problems.add("separator must be one character other than a quote, was '" + text + "'");
                return ',';
            }
            return text.charAt(0);
        }
    }
}
