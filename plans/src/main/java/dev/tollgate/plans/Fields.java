package dev.tollgate.plans;

import dev.tollgate.planmodel.time.ShortDuration;
import dev.tollgate.plans.yaml.Location;
import dev.tollgate.plans.yaml.YamlNode;
import dev.tollgate.plans.yaml.YamlPath;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one mapping, read by their rules. A value that breaks its rule is reported and stands for nothing:
 * readers go on, and {@link #isBroken} keeps such a mapping out of comparisons with others, which would only repeat the
 * problem.
 */
final class Fields {
    private static final Pattern WHOLE = Pattern.compile("0|[1-9][0-9]{0,17}");

    private final YamlNode.Mapping mapping;
    private final String path;
    private final Problems problems;
    private final Set<String> brokenKeys = new HashSet<>();

    private Fields(YamlNode.Mapping mapping, String path, Problems problems) {
        this.mapping = mapping;
        this.path = path;
        this.problems = problems;
    }

    /**
     * Takes a value as a mapping with known keys; others are reported.
     *
     * @return null if it is none, which was reported
     */
    static @Nullable Fields of(YamlNode node, String path, Problems problems, List<String> known) {
        if (!(node instanceof YamlNode.Mapping mapping)) {
            problems.report(
                    node.location(),
                    path,
                    "must be a mapping with the keys " + String.join(", ", known),
                    node.describe());
            return null;
        }
        Fields fields = new Fields(mapping, path, problems);
        for (YamlNode.Entry entry : mapping.entries()) {
            if (!known.contains(entry.key())) {
                fields.brokenKeys.add(entry.key());
                problems.report(
                        entry.location(),
                        YamlPath.key(path, entry.key()),
                        "is not a known key" + Suggestions.hint(entry.key(), known) + "; known are "
                                + String.join(", ", known),
                        null);
            }
        }
        return fields;
    }

    String path() {
        return path;
    }

    String path(String key) {
        return YamlPath.key(path, key);
    }

    /** Where the value of a key is; where the mapping begins if the key is not there. */
    Location location(String key) {
        YamlNode.Entry entry = mapping.find(key);
        return entry == null ? mapping.location() : entry.value().location();
    }

    boolean has(String key) {
        return mapping.find(key) != null;
    }

    /** Whether something in it was reported as an error. */
    boolean isBroken() {
        return !brokenKeys.isEmpty();
    }

    /** Whether the value of a key is missing or wrong. */
    boolean isBroken(String key) {
        return brokenKeys.contains(key);
    }

    void error(String key, String rule, @Nullable String value) {
        brokenKeys.add(key);
        problems.report(location(key), path(key), rule, value);
    }

    void warn(String key, String rule) {
        problems.warn(location(key), path(key), rule);
    }

    /** The value of a key, or null if the key is not there; a required one is reported. */
    @Nullable
    YamlNode value(String key, boolean required, String rule) {
        YamlNode.Entry entry = mapping.find(key);
        if (entry == null) {
            if (required) {
                brokenKeys.add(key);
                problems.report(mapping.location(), path(key), "is missing: it " + rule, null);
            }
            return null;
        }
        return entry.value();
    }

    /** A required text, or null if it is missing or wrong. */
    @Nullable
    String text(String key, Rules.TextRule rule) {
        YamlNode value = value(key, true, rule.sentence());
        return value == null ? null : textOf(key, value, rule);
    }

    /** A text, or the preset if it is missing or wrong. */
    String text(String key, Rules.TextRule rule, String preset) {
        YamlNode value = value(key, false, rule.sentence());
        String text = value == null ? null : textOf(key, value, rule);
        return text == null ? preset : text;
    }

    private @Nullable String textOf(String key, YamlNode value, Rules.TextRule rule) {
        if (!(value instanceof YamlNode.Scalar scalar) || scalar.kind() != YamlNode.Kind.TEXT) {
            boolean unquoted = value instanceof YamlNode.Scalar scalar && scalar.kind() != YamlNode.Kind.EMPTY;
            error(
                    key,
                    (unquoted ? "must be text, so put it in quotes; it " : "must be text; it ") + rule.sentence(),
                    value.describe());
            return null;
        }
        if (!rule.allows(scalar.text())) {
            error(key, rule.sentence(), scalar.describe());
            return null;
        }
        return scalar.text();
    }

    /** One of the words, or the preset if the key is not there. Null if there is no preset or the word is wrong. */
    <T> @Nullable T choice(String key, Map<String, T> words, @Nullable T preset) {
        String rule = "must be one of " + String.join(", ", words.keySet());
        YamlNode value = value(key, preset == null, rule);
        if (value == null) {
            return preset;
        }
        T chosen = value instanceof YamlNode.Scalar scalar ? words.get(scalar.text()) : null;
        if (chosen == null) {
            String hint =
                    value instanceof YamlNode.Scalar scalar ? Suggestions.hint(scalar.text(), words.keySet()) : "";
            error(key, rule + hint, value.describe());
        }
        return chosen;
    }

    /** A required whole number; the lower bound if it is missing or wrong. */
    long whole(String key, long min, long max) {
        String rule = wholeRule(min, max);
        YamlNode value = value(key, true, rule);
        return value == null ? min : wholeOf(key, value, min, max, rule);
    }

    /** A whole number, or the preset if it is missing. */
    long whole(String key, long min, long max, long preset) {
        String rule = wholeRule(min, max);
        YamlNode value = value(key, false, rule);
        return value == null ? preset : wholeOf(key, value, min, max, rule);
    }

    private long wholeOf(String key, YamlNode value, long min, long max, String rule) {
        OptionalLong number = parseWhole(value, min, max);
        if (number.isEmpty()) {
            error(key, rule, value.describe());
            return min;
        }
        return number.getAsLong();
    }

    static String wholeRule(long min, long max) {
        return "must be a whole number from " + min + " to " + max;
    }

    /** A number of digits without quotes, within bounds; empty if it is anything else. */
    static OptionalLong parseWhole(YamlNode value, long min, long max) {
        if (value instanceof YamlNode.Scalar scalar
                && scalar.kind() == YamlNode.Kind.INTEGER
                && WHOLE.matcher(scalar.text()).matches()) {
            long number = Long.parseLong(scalar.text());
            if (number >= min && number <= max) {
                return OptionalLong.of(number);
            }
        }
        return OptionalLong.empty();
    }

    /** A required duration in milliseconds, or null if it is missing or wrong. */
    @Nullable
    Long duration(String key, Duration min, Duration max) {
        YamlNode value = value(key, true, durationRule(min, max));
        return value == null ? null : durationOf(key, value, min, max);
    }

    /** A duration in milliseconds, or the preset if it is missing or wrong. */
    long duration(String key, Duration min, Duration max, Duration preset) {
        YamlNode value = value(key, false, durationRule(min, max));
        Long millis = value == null ? null : durationOf(key, value, min, max);
        return millis == null ? preset.toMillis() : millis;
    }

    private @Nullable Long durationOf(String key, YamlNode value, Duration min, Duration max) {
        OptionalLong millis = value instanceof YamlNode.Scalar scalar && scalar.kind() == YamlNode.Kind.TEXT
                ? ShortDuration.parseMillis(scalar.text())
                : OptionalLong.empty();
        if (millis.isEmpty() || millis.getAsLong() < min.toMillis() || millis.getAsLong() > max.toMillis()) {
            error(key, durationRule(min, max), value.describe());
            return null;
        }
        return millis.getAsLong();
    }

    private static String durationRule(Duration min, Duration max) {
        return "must be a duration from " + ShortDuration.format(min) + " to " + ShortDuration.format(max)
                + ", a whole number with ms, s, m, h or d such as 90s";
    }

    /** A required moment, or null if it is missing or wrong. */
    @Nullable
    Instant time(String key) {
        String text = text(key, Rules.TIME);
        if (text == null) {
            return null;
        }
        try {
            Instant instant = Instant.parse(text);
            if (instant.toEpochMilli() >= 0) {
                return instant;
            }
        } catch (DateTimeException e) {
            // Such as the 30th of February: the shape is right and the day does not exist. Reported below.
        }
        error(key, Rules.TIME.sentence(), "'" + text + "'");
        return null;
    }

    /** The items of a list; none if the key is missing or no list. */
    List<YamlNode> list(String key, boolean required, int min, int max, String what) {
        String rule = "must be a list of " + (min == 0 ? "at most " + max : min + " to " + max) + " " + what;
        YamlNode value = value(key, required, rule);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof YamlNode.Sequence sequence)) {
            error(key, rule, value.describe());
            return List.of();
        }
        if (sequence.items().size() < min || sequence.items().size() > max) {
            error(key, rule, sequence.items().size() + " of them");
            return List.of();
        }
        return sequence.items();
    }

    /** The entries of a mapping whose keys are names; none if the key is missing or no mapping. */
    Collection<YamlNode.Entry> entries(String key, boolean required, int min, int max, String what) {
        String rule = "must be a mapping of " + (min == 0 ? "at most " + max : min + " to " + max) + " " + what;
        YamlNode value = value(key, required, rule);
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof YamlNode.Mapping entries)) {
            error(key, rule, value.describe());
            return List.of();
        }
        if (entries.entries().size() < min || entries.entries().size() > max) {
            error(key, rule, entries.entries().size() + " of them");
            return List.of();
        }
        return entries.entries();
    }
}
