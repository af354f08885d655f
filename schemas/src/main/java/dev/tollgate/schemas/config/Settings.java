package dev.tollgate.schemas.config;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Typed reader of a flat configuration map ({@code kafka.bootstrap-servers -> localhost:9092}). Where the map does not
 * have a key, its {@linkplain #environmentName environment form} is tried, so that the environment can be put into the
 * map as it is.
 *
 * <p>A getter never throws: a missing, unparsable or out-of-range value is noted as a problem and the preset (or a
 * harmless stand-in) is returned, so that one run over all keys finds all problems. {@link #throwIfProblems()} ends the
 * reading. Example:
 *
 * <pre>{@code
 * Settings settings = new Settings(map);
 * String servers = settings.required("kafka.bootstrap-servers");
 * Duration interval = settings.duration("streams.commit-interval", "100ms", "1ms", "1m");
 * settings.throwIfProblems();
 * }</pre>
 *
 * <p>Not thread-safe; meant for start-up.
 */
public final class Settings {
    private static final Pattern SHORT_DURATION = Pattern.compile("(\\d+)\\s*(ms|s|m|h|d)");
    private static final Pattern SECRET =
            Pattern.compile("(?i).*(password|secret|token|user[-.]?info|credential|jaas|private|\\.key$).*");
    private static final Pattern URL_PASSWORD = Pattern.compile("(//[^/:@\\s]+:)[^/@\\s]+@");
    private static final Pattern QUERY_PASSWORD = Pattern.compile("(?i)([?&](?:password|user|token)=)[^&\\s]+");

    private final Map<String, String> values;
    private final Map<String, String> effective = new TreeMap<>();
    private final Set<String> known = new LinkedHashSet<>();
    private final List<String> knownPrefixes = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    public Settings(Map<String, String> values) {
        this.values = Map.copyOf(values);
    }

    /** Text of a key that must be there and not blank. */
    public String required(String key) {
        String value = raw(key);
        if (value == null || value.isBlank()) {
            problem(key + " is missing: set it in the configuration file, as " + environmentName(key)
                    + " or as a flag");
            return "";
        }
        return value.trim();
    }

    /** Text of a key, or the preset. */
    public String string(String key, String preset) {
        String value = raw(key);
        String chosen = value == null ? preset : value.trim();
        effective.put(key, chosen);
        return chosen;
    }

    /** Text of a key, or null where it is not set. */
    public @Nullable String optional(String key) {
        String value = raw(key);
        return value == null || value.isBlank() ? null : value.trim();
    }

    /** Whole number in a closed range. */
    public int integer(String key, int preset, int min, int max) {
        return (int) number(key, preset, min, max);
    }

    /** Whole number in a closed range; underscores may group the digits. */
    public long number(String key, long preset, long min, long max) {
        return parsed(key, preset, "a whole number from " + min + " to " + max, text -> {
            long number = Long.parseLong(text.replace("_", ""));
            if (number < min || number > max) {
                throw new IllegalArgumentException();
            }
            return number;
        });
    }

    /** {@code true} or {@code false}. */
    public boolean flag(String key, boolean preset) {
        return parsed(key, preset, "true or false", text -> switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new IllegalArgumentException();
        });
    }

    /**
     * Duration in a closed range, written {@code 250ms}, {@code 30s}, {@code 10m}, {@code 24h}, {@code 7d} or as
     * ISO-8601 ({@code PT10M}). The bounds are written the same way.
     */
    public Duration duration(String key, String preset, String min, String max) {
        Duration least = parseDuration(min);
        Duration most = parseDuration(max);
        return parsed(
                key,
                parseDuration(preset),
                "a duration from " + min + " to " + max + ", such as 250ms, 10m or PT10M",
                text -> {
                    Duration duration = parseDuration(text);
                    if (duration.compareTo(least) < 0 || duration.compareTo(most) > 0) {
                        throw new IllegalArgumentException();
                    }
                    return duration;
                });
    }

    /** One of an enum's constants, written in kebab-case or as declared, whatever the case of the letters. */
    public <E extends Enum<E>> E choice(String key, E preset, Class<E> type) {
        List<String> allowed = Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toList();
        return parsed(
                key,
                preset,
                "one of " + String.join(", ", allowed),
                text -> Enum.valueOf(type, text.toUpperCase(Locale.ROOT).replace('-', '_')));
    }

    /** Parts of a comma-separated value, trimmed, empty ones left out; empty where the key is not set. */
    public List<String> list(String key) {
        String value = raw(key);
        return value == null
                ? List.of()
                : Arrays.stream(value.split(","))
                        .map(String::trim)
                        .filter(part -> !part.isEmpty())
                        .toList();
    }

    /**
     * Everything below a prefix, handed on as it is with the prefix cut off: {@code kafka.producer.} turns
     * {@code kafka.producer.linger.ms} into {@code linger.ms}.
     */
    public Map<String, String> passThrough(String prefix) {
        knownPrefixes.add(prefix);
        Map<String, String> rest = new LinkedHashMap<>();
        new TreeMap<>(values).forEach((key, value) -> {
            if (key.startsWith(prefix)) {
                effective.put(key, value);
                rest.put(key.substring(prefix.length()), value);
            }
        });
        return rest;
    }

    /** Any other conversion: a function that throws {@link IllegalArgumentException} for what is not allowed. */
    public <T> T parsed(String key, T preset, String allowed, Function<String, T> parser) {
        String value = raw(key);
        if (value == null || value.isBlank()) {
            effective.put(key, shown(preset));
            return preset;
        }
        try {
            return parser.apply(value.trim());
        } catch (IllegalArgumentException | DateTimeParseException | ArithmeticException e) {
            problem(key + " must be " + allowed + ", was '" + masked(key, value) + "'");
            return preset;
        }
    }

    /** Notes a problem that only several keys together show. */
    public void problem(String sentence) {
        problems.add(sentence);
    }

    /**
     * Notes each key below the prefixes that no getter asked for, with the nearest known key. Called after all getters.
     *
     * @param prefixes for example {@code streams.}; keys of other roles in a shared file are left alone
     */
    public void refuseUnknown(String... prefixes) {
        for (String key : new TreeMap<>(values).keySet()) {
            boolean ours = Arrays.stream(prefixes).anyMatch(key::startsWith);
            boolean handedOn = knownPrefixes.stream().anyMatch(key::startsWith);
            if (ours && !handedOn && !known.contains(key)) {
                String near = nearest(key);
                problem(key + " is unknown" + (near == null ? "" : "; did you mean " + near + "?"));
            }
        }
    }

    /** @throws InvalidSettingsException with every problem noted so far, if there is one */
    public void throwIfProblems() {
        if (!problems.isEmpty()) {
            throw new InvalidSettingsException(problems);
        }
    }

    /** What was read, presets included, secrets masked; sorted by key. For one log line at start-up. */
    public Map<String, String> effective() {
        Map<String, String> masked = new TreeMap<>();
        effective.forEach((key, value) -> masked.put(key, masked(key, value)));
        return masked;
    }

    /** The environment form of a key: {@code kafka.bootstrap-servers} is {@code TOLLGATE_KAFKA_BOOTSTRAP_SERVERS}. */
    public static String environmentName(String key) {
        return "TOLLGATE_" + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /**
     * Reads {@code 250ms}, {@code 30s}, {@code 10m}, {@code 24h}, {@code 7d} or ISO-8601.
     *
     * @throws IllegalArgumentException naming the text
     */
    public static Duration parseDuration(String text) {
        Matcher matcher = SHORT_DURATION.matcher(text.trim());
        try {
            if (!matcher.matches()) {
                return Duration.parse(text.trim());
            }
            long amount = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(amount);
                case "s" -> Duration.ofSeconds(amount);
                case "m" -> Duration.ofMinutes(amount);
                case "h" -> Duration.ofHours(amount);
                default -> Duration.ofDays(amount);
            };
        } catch (DateTimeParseException | ArithmeticException | NumberFormatException e) {
            throw new IllegalArgumentException("not a duration: '" + text + "' (250ms, 30s, 10m, 24h, 7d or PT10M)", e);
        }
    }

    /** A value as it may be shown: whole secrets as ****, passwords within URLs likewise. */
    public static String masked(String key, String value) {
        if (SECRET.matcher(key).matches()) {
            return "****";
        }
        String withoutUrlPassword = URL_PASSWORD.matcher(value).replaceAll("$1****@");
        return QUERY_PASSWORD.matcher(withoutUrlPassword).replaceAll("$1****");
    }

    private @Nullable String raw(String key) {
        known.add(key);
        String value = values.get(key);
        if (value == null) {
            value = values.get(environmentName(key));
        }
        if (value != null) {
            effective.put(key, value);
        }
        return value;
    }

    private static String shown(Object preset) {
        return preset instanceof Enum<?> constant
                ? constant.name().toLowerCase(Locale.ROOT).replace('_', '-')
                : preset.toString();
    }

    private @Nullable String nearest(String key) {
        String best = null;
        int bestDistance = Math.max(2, key.length() / 4) + 1;
        for (String candidate : known) {
            int distance = EditDistance.between(key, candidate);
            if (distance < bestDistance) {
                best = candidate;
                bestDistance = distance;
            }
        }
        return best;
    }
}
