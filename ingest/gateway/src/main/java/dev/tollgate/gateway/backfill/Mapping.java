package dev.tollgate.gateway.backfill;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.tollgate.gateway.internal.layout.LogFormat;
import dev.tollgate.gateway.internal.layout.LogRecord;
import dev.tollgate.gateway.internal.layout.RecordLayout;
import dev.tollgate.planmodel.input.RequestTarget;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.config.InvalidSettingsException;
import dev.tollgate.schemas.event.RequestEventRules;
import dev.tollgate.schemas.text.ShortText;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
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
 * format: combined                # csv, json-lines, combined, vhost-combined, caddy, traefik, alb, iis, or a layout:
 *                                 # '$remote_addr - $remote_user [$time_local] "$request" $status'
 * fields:                         # field of the event: text with {field of the record}
 *   account_id: "{remote_user}"
 *   endpoint: "{method} {path}"
 *   duration_ms: "{extra_1}"
 *   producer: edge-proxy
 *   attributes.agent: "{user_agent}"
 * duration-unit: s                # of duration_ms as the record has it: ns, us, ms or s; rounded to the nearest
 * time-unit: s                    # of occurred_at where it is a number since the epoch: ns, us, ms or s
 * time-format: "yyyy-MM-dd HH:mm:ss"  # of occurred_at where it is neither RFC 3339 nor a number
 * time-zone: UTC                  # of such times that have no offset of their own
 * separator: ","                  # of CSV
 * skip-without-account: true      # records that nobody pays for are counted and passed over
 * skip:                           # records whose endpoint matches are passed over
 *   - "GET /health.*"
 * endpoints:                      # the first match wins; $1 is the first group
 *   - match: "(\\w+) /v2/memories/[^/]+"
 *     replace: "$1 /v2/memories/{id}"
 * }</pre>
 *
 * <p>A field of whose template a place is empty is left out. Without {@code fields}, columns of CSV and JSON lines have
 * the event's own field names, and a log gives its user, {@code "METHOD path"}, time and outcome. An outcome may be an
 * HTTP status. What is for reports only never costs the event: a duration that cannot be read is left out, a label that
 * is too long is cut.
 */
public final class Mapping {
    private static final Pattern PLACE = Pattern.compile("\\{([^{}]+)}");
    private static final Pattern WHOLE = Pattern.compile("-?\\d{1,18}");
    private static final Pattern DECIMAL = Pattern.compile("-?\\d{1,20}(\\.\\d{1,20})?([eE]-?\\d{1,2})?");
    private static final Pattern STATUS = Pattern.compile("[1-5]\\d\\d");
    /** Between the values of a list that a server writes: {@code 0.010, 0.020} or {@code 0.010 : 0.020}. */
    private static final Pattern LIST = Pattern.compile(",\\s*|\\s+:\\s+");

    private static final Set<String> COUNTS = Set.of("units", "input_tokens", "output_items", "duration_ms");
    private static final Set<String> KEYS = Set.of(
            "format",
            "fields",
            "duration-unit",
            "time-unit",
            "time-format",
            "time-zone",
            "separator",
            "skip-without-account",
            "skip",
            "endpoints");
    /** In one of these units a second has so many. */
    private static final Map<String, Long> UNITS =
            Map.of("s", 1L, "ms", 1_000L, "us", 1_000_000L, "ns", 1_000_000_000L);

    private static final List<String> REQUIRED = List.of("account_id", "endpoint", "occurred_at");
    private static final String ATTRIBUTES = "attributes.";

    private final LogFormat format;
    private final String layout;
    private final Map<String, String> fields;
    private final List<Rewrite> rewrites;
    private final List<Pattern> skips;
    private final long durationsPerSecond;
    private final long timesPerSecond;
    private final @Nullable LocalTimes localTimes;
    private final char separator;
    private final boolean skipsWithoutAccount;

    private Mapping(
            LogFormat format,
            String layout,
            Map<String, String> fields,
            List<Rewrite> rewrites,
            List<Pattern> skips,
            long durationsPerSecond,
            long timesPerSecond,
            @Nullable LocalTimes localTimes,
            char separator,
            boolean skipsWithoutAccount) {
        this.format = format;
        this.layout = layout;
        this.fields = fields;
        this.rewrites = List.copyOf(rewrites);
        this.skips = List.copyOf(skips);
        this.durationsPerSecond = durationsPerSecond;
        this.timesPerSecond = timesPerSecond;
        this.localTimes = localTimes;
        this.separator = separator;
        this.skipsWithoutAccount = skipsWithoutAccount;
    }

    /**
     * The mapping of a format where nothing else is said.
     *
     * @param format its name, or a layout as a server's configuration has it
     * @throws InvalidSettingsException if it is neither, or a format that does not say who pays
     */
    public static Mapping of(String format) {
        return new Loading(JsonNodeFactory.instance.objectNode().put("format", format)).mapping();
    }

    /** The names of the formats, for a message. */
    public static String formats() {
        return LogFormat.names();
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

    /** The same, but records without an account are passed over. */
    public Mapping skippingWithoutAccount() {
        return new Mapping(
                format,
                layout,
                fields,
                rewrites,
                skips,
                durationsPerSecond,
                timesPerSecond,
                localTimes,
                separator,
                true);
    }

    /** Name of the format. */
    public String format() {
        return format.text();
    }

    boolean isCsv() {
        return format == LogFormat.CSV;
    }

    boolean isJson() {
        return format.isJson();
    }

    /** Whether records are events as they stand. */
    boolean isUnmapped() {
        return fields.isEmpty();
    }

    boolean isDashMissing() {
        return format.isDashMissing();
    }

    /** Whether lines of a file say what its columns are. */
    boolean hasDirectives() {
        return format == LogFormat.IIS;
    }

    boolean skipsWithoutAccount() {
        return skipsWithoutAccount;
    }

    /** What takes the lines of one file apart; null for JSON and CSV. */
    @Nullable
    RecordLayout layout() {
        boolean billedByPlace = fields.entrySet().stream()
                .anyMatch(field ->
                        !isForReports(field.getKey()) && field.getValue().contains("{extra_"));
        return format.layout(layout, billedByPlace);
    }

    char separator() {
        return separator;
    }

    /** What has become of a record. */
    static final class Mapped {
        private final ObjectNode event = JsonNodeFactory.instance.objectNode();
        private final List<String> faults = new ArrayList<>(0);
        private boolean detailLost;

        /** The event's JSON. */
        ObjectNode event() {
            return event;
        }

        /** What could not be read and has to be, each a sentence. */
        List<String> faults() {
            return faults;
        }

        /** Whether something for reports was left out or cut. */
        boolean isDetailLost() {
            return detailLost;
        }
    }

    /** Makes the event's JSON out of a record's fields. */
    Mapped map(LogRecord record) {
        Mapped mapped = new Mapped();
        fields.forEach((name, template) -> {
            String value = filled(mapped, name, template, record);
            if (value != null) {
                put(mapped, name, value);
            }
        });
        return mapped;
    }

    /** The same for a record whose fields have the names of the event's own. */
    Mapped map(Map<String, String> record) {
        if (!fields.isEmpty()) {
            return map(LogRecord.of(record));
        }
        Mapped mapped = new Mapped();
        record.forEach((name, value) -> {
            if (!value.isEmpty()) {
                put(mapped, name, value);
            }
        });
        return mapped;
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

    /** Whether a field of the event is for reports only, so that it must never cost the event. */
    private static boolean isForReports(String name) {
        return name.equals("duration_ms") || name.equals("producer") || name.startsWith(ATTRIBUTES);
    }

    private static Stream<String> places(String template) {
        return PLACE.matcher(template).results().map(result -> result.group(1));
    }

    /** A template with its places filled; null if one of them is empty, so that half a name is never billed. */
    private static @Nullable String filled(Mapped mapped, String name, String template, LogRecord record) {
        Matcher matcher = PLACE.matcher(template);
        StringBuilder text = new StringBuilder();
        while (matcher.find()) {
            String place = matcher.group(1);
            String value = record.get(place);
            if (value == null) {
                String fault = record.fault(place);
                if (fault != null && isForReports(name)) {
                    mapped.detailLost = true;
                } else if (fault != null && !mapped.faults.contains(fault)) {
                    mapped.faults.add(fault);
                }
                return null;
            }
            matcher.appendReplacement(text, Matcher.quoteReplacement(value));
        }
        return matcher.appendTail(text).toString();
    }

    private void put(Mapped mapped, String name, String value) {
        ObjectNode event = mapped.event;
        if (name.startsWith(ATTRIBUTES)) {
            event.withObjectProperty("attributes")
                    .put(
                            name.substring(ATTRIBUTES.length()),
                            cut(mapped, value, RequestEventRules.MAX_ATTRIBUTE_VALUE_CHARACTERS));
            return;
        }
        switch (name) {
            case "producer" -> event.put(name, cut(mapped, value, RequestEventRules.MAX_ID_CHARACTERS));
            case "duration_ms" -> putDuration(mapped, value);
            case "occurred_at" -> putTime(mapped, value);
            case "endpoint" -> event.put(name, RequestTarget.reduced(value));
            case "outcome" -> event.put(name, STATUS.matcher(value).matches() ? LogFormat.outcome(value) : value);
            default -> {
                if (COUNTS.contains(name) && WHOLE.matcher(value).matches()) {
                    event.put(name, Long.parseLong(value));
                } else {
                    event.put(name, value);
                }
            }
        }
    }

    private static String cut(Mapped mapped, String value, int max) {
        mapped.detailLost |= value.length() > max;
        return ShortText.cut(value, max);
    }

    /** Several values, as of a request that was tried at several upstream servers, are added up. */
    private void putDuration(Mapped mapped, String value) {
        BigDecimal sum = BigDecimal.ZERO;
        boolean any = false;
        for (String item : LIST.split(value, 64)) {
            String text = item.strip();
            if (text.equals("-") || text.isEmpty()) {
                continue;
            }
            if (!DECIMAL.matcher(text).matches()) {
                mapped.detailLost = true;
                return;
            }
            BigDecimal number = new BigDecimal(text);
            if (number.signum() >= 0) {
                sum = sum.add(number);
                any = true;
            }
        }
        BigDecimal millis = sum.multiply(BigDecimal.valueOf(1_000))
                .divide(BigDecimal.valueOf(durationsPerSecond), 0, RoundingMode.HALF_UP);
        if (millis.precision() > 18) {
            mapped.detailLost = true;
        } else if (any) {
            mapped.event.put("duration_ms", millis.longValue());
        }
    }

    private void putTime(Mapped mapped, String value) {
        LocalTimes times = localTimes;
        if (times != null) {
            try {
                mapped.event.put("occurred_at", times.parse(value).toString());
            } catch (DateTimeException e) {
                mapped.faults.add("occurred_at must be a time as time-format says, was '" + ShortText.shown(value, 80)
                        + "': " + e.getMessage());
            }
        } else if (DECIMAL.matcher(value).matches()) {
            BigDecimal millis = new BigDecimal(value)
                    .multiply(BigDecimal.valueOf(1_000))
                    .divide(BigDecimal.valueOf(timesPerSecond), 0, RoundingMode.FLOOR);
            mapped.event.put("occurred_at", millis);
        } else {
            mapped.event.put("occurred_at", value);
        }
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
            LogFormat format = format();
            Map<String, String> fields = fields(format);
            LogFormat known = format == null ? LogFormat.CSV : format;
            Mapping mapping = new Mapping(
                    known,
                    root.path("format").asText(),
                    fields.isEmpty() ? known.fields() : fields,
                    rewrites(),
                    skips(),
                    perSecond("duration-unit", known.durationUnit()),
                    perSecond("time-unit", known.timeUnit()),
                    localTimes(),
                    separator(),
                    isSet("skip-without-account"));
            if (!problems.isEmpty()) {
                throw new InvalidSettingsException(problems);
            }
            return mapping;
        }

        private @Nullable LogFormat format() {
            String text = root.path("format").asText();
            LogFormat format = LogFormat.of(text);
            if (format == null) {
                problems.add(
                        root.has("format")
                                ? "format must be " + LogFormat.names() + ", was '" + text + "'"
                                : "format is missing: " + LogFormat.names());
                return null;
            }
            try {
                var unused = format.layout(text, false);
            } catch (IllegalArgumentException e) {
                problems.add("format: " + e.getMessage());
                return null;
            }
            return format;
        }

        /** What the fields have to be hangs on the format; where that is not known, only their names are looked at. */
        private Map<String, String> fields(@Nullable LogFormat format) {
            Map<String, String> fields = new LinkedHashMap<>();
            JsonNode node = root.path("fields");
            if (!node.isMissingNode() && !node.isObject()) {
                problems.add("fields must be an object of texts");
                return fields;
            }
            RecordLayout layout =
                    format == null ? null : format.layout(root.path("format").asText(), false);
            node.properties().forEach(entry -> {
                String name = entry.getKey();
                if (!isField(name)) {
                    problems.add("fields." + name + " is not a field of a request event");
                } else if (!entry.getValue().isValueNode() || entry.getValue().isNull()) {
                    problems.add("fields." + name + " must be a text");
                } else {
                    fields.put(name, entry.getValue().asText());
                }
            });
            if (format == null || (fields.isEmpty() && format.fields().isEmpty())) {
                return fields;
            }
            // A log has one time and one meaning of it; the rest must be said.
            format.fields().forEach(fields::putIfAbsent);
            for (String required : REQUIRED) {
                if (!fields.containsKey(required)) {
                    problems.add("fields." + required + " is missing"
                            + (format.fields().isEmpty() ? "" : ": " + format.text() + " has none of itself"));
                }
            }
            if (layout != null) {
                fields.forEach((name, template) -> places(template)
                        .filter(place -> !layout.isField(place))
                        .forEach(place -> problems.add("fields." + name + " needs {" + place + "}, which "
                                + (format == LogFormat.LAYOUT ? "the layout" : format.text())
                                + " does not have; it has "
                                + layout.fields())));
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

        private long perSecond(String key, String unsaid) {
            Long known = UNITS.get(root.path(key).asText(unsaid));
            if (known == null) {
                problems.add(
                        key + " must be ns, us, ms or s, was '" + root.path(key).asText() + "'");
                return 1;
            }
            return known;
        }

        private boolean isSet(String key) {
            JsonNode node = root.path(key);
            if (!node.isMissingNode() && !node.isBoolean()) {
                problems.add(key + " must be true or false, was '" + node.asText() + "'");
            }
            return node.asBoolean(false);
        }

        private @Nullable LocalTimes localTimes() {
            ZoneId zone = zone();
            if (!root.has("time-format")) {
                return null;
            }
            try {
                return new LocalTimes(root.path("time-format").asText(), zone);
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
