package dev.tollgate.schemas.config;

import dev.tollgate.schemas.text.NearMiss;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reader of a flat configuration map ({@code kafka.bootstrap-servers -> localhost:9092}) by {@link Setting}s. Where the
 * map has neither a key nor one of its aliases, the key's {@linkplain #environmentName environment form} is tried, so
 * that the environment can be put into the map as it is.
 *
 * <p>A getter never throws: a missing, unparsable or out-of-range value, and two names of one setting with different
 * values, are noted as problems and the default (or a harmless stand-in) is returned, so that one run over all keys
 * finds all problems. {@link #throwIfProblems()} ends the reading. Example:
 *
 * <pre>{@code
 * SettingsReader settings = new SettingsReader(map, List.of(KAFKA, STREAMS));
 * String servers = settings.get(BOOTSTRAP_SERVERS);
 * Duration interval = settings.get(COMMIT_INTERVAL);
 * settings.rejectUnknown();
 * settings.throwIfProblems();
 * }</pre>
 *
 * <p>Not thread-safe; meant for start-up.
 */
public final class SettingsReader {
    private static final int MAX_UNKNOWN = 100;
    private static final String ENVIRONMENT = "TOLLGATE_";

    private final TreeMap<String, String> values;
    private final List<SettingGroup> groups;
    private final Map<String, Setting<?>> byName = new LinkedHashMap<>();
    private final List<OpenKeys<?>> families = new ArrayList<>();
    private final Map<String, String> effective = new TreeMap<>();
    private final List<String> problems = new ArrayList<>();

    /**
     * @param values what is set; keys that no group declares may be in it
     * @param groups every key that may be asked for, and those that are known besides
     */
    public SettingsReader(Map<String, String> values, List<SettingGroup> groups) {
        this.values = new TreeMap<>(values);
        this.groups = List.copyOf(groups);
        for (SettingGroup group : groups) {
            for (ConfigKey key : group.keys()) {
                if (key instanceof Setting<?> setting) {
                    byName.put(setting.key(), setting);
                    setting.aliases().forEach(alias -> byName.put(alias.name(), setting));
                } else if (key instanceof OpenKeys<?> family) {
                    families.add(family);
                }
            }
        }
    }

    /**
     * The value of a key, or its default.
     *
     * @throws IllegalArgumentException if no group declares the setting: a mistake in the program
     */
    public <T> T get(Setting<T> setting) {
        if (!setting.equals(byName.get(setting.key()))) {
            throw new IllegalArgumentException(setting.key() + " is not among the declared settings");
        }
        List<Spelling<T>> spellings = spellings(setting);
        if (spellings.isEmpty()) {
            return unset(setting);
        }
        Spelling<T> first = spellings.get(0);
        for (Spelling<T> other : spellings.subList(1, spellings.size())) {
            if (!Objects.equals(first.comparable(), other.comparable())) {
                problem(first.name() + " and " + other.name() + " are two names of one setting and have different"
                        + " values" + (setting.secret() ? "" : ", " + first.quoted() + " and " + other.quoted())
                        + ": keep " + setting.key());
            }
        }
        effective.put(setting.key(), first.shown());
        if (first.value() == null) {
            problem(setting.key()
                    + (first.name().equals(setting.key()) ? "" : " (given as " + first.name() + ")") + " must be "
                    + setting.type().allowed() + ", was " + first.quoted() + remedy(setting));
            return setting.fallback();
        }
        return first.value();
    }

    /** Whether a key is set, under any of its names. */
    public boolean isSet(Setting<?> setting) {
        return !spellings(setting).isEmpty();
    }

    /**
     * The values of a family by the free part of their keys, sorted; wrong ones are noted as problems and left out.
     * Keys that are names of a declared setting do not belong to a family.
     */
    public <T> Map<String, T> all(OpenKeys<T> family) {
        Map<String, T> found = new LinkedHashMap<>();
        values.forEach((key, value) -> {
            String name = byName.containsKey(key) ? "" : family.freePart(key);
            if (name.isEmpty()) {
                return;
            }
            String shown = family.secret() ? Secrets.MASK : Secrets.masked(key, value);
            effective.put(key, shown);
            @Nullable T parsed = parse(family.type(), value.trim());
            if (parsed == null) {
                problem(shownKey(key) + " must be " + family.type().allowed() + ", was " + quoted(shown));
            } else {
                found.put(name, parsed);
            }
        });
        return found;
    }

    /** Notes a problem that only several keys together show. */
    public void problem(String sentence) {
        problems.add(sentence);
    }

    /**
     * Notes each key that is of none of the groups but begins with the same word as one of their keys, with the nearest
     * known key. Keys that begin otherwise are left alone: in a shared file they are other roles'.
     */
    public void rejectUnknown() {
        Set<String> firstWords = firstWords();
        rejectKeys(values.keySet().stream()
                .filter(key -> firstWords.contains(firstWord(key)) && !isKnown(key))
                .toList());
    }

    /**
     * Notes each key that begins with a word with which no key of the groups begins, the environment's forms aside. For
     * a configuration that is Tollgate's alone, with the groups of all roles.
     */
    public void rejectUnknownWords() {
        Set<String> firstWords = firstWords();
        rejectKeys(values.keySet().stream()
                .filter(key -> !firstWords.contains(firstWord(key)) && !isKnown(key) && !key.startsWith(ENVIRONMENT))
                .toList());
    }

    private Set<String> firstWords() {
        Set<String> firstWords = new HashSet<>();
        for (SettingGroup group : groups) {
            group.keys().forEach(key -> firstWords.add(firstWord(key.name())));
        }
        return firstWords;
    }

    private void rejectKeys(List<String> unknown) {
        for (String key : unknown.subList(0, Math.min(unknown.size(), MAX_UNKNOWN))) {
            String near = NearMiss.of(key, namesNear(key));
            problem(shownKey(key) + " is unknown" + (near == null ? "" : "; did you mean " + near + "?"));
        }
        if (unknown.size() > MAX_UNKNOWN) {
            problem(unknown.size() - MAX_UNKNOWN + " more keys are unknown");
        }
    }

    /**
     * Ends the reading.
     *
     * @throws InvalidSettingsException with every problem noted so far, if there is one
     */
    public void throwIfProblems() {
        if (!problems.isEmpty()) {
            throw new InvalidSettingsException(problems);
        }
    }

    /** What was read, defaults included, secrets masked; sorted by key. For one log line at start-up. */
    public Map<String, String> effective() {
        return new TreeMap<>(effective);
    }

    /** The environment form of a key: {@code kafka.bootstrap-servers} is {@code TOLLGATE_KAFKA_BOOTSTRAP_SERVERS}. */
    public static String environmentName(String key) {
        return ENVIRONMENT + key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
    }

    /** One name under which a setting is set: what stands there, and what it means, null for what is not allowed. */
    private record Spelling<T>(
            String name, String text, @Nullable T value, boolean secret) {
        Object comparable() {
            return value == null ? text : value;
        }

        String shown() {
            return secret ? Secrets.MASK : Secrets.maskedWithin(text);
        }

        String quoted() {
            return SettingsReader.quoted(shown());
        }
    }

    private <T> List<Spelling<T>> spellings(Setting<T> setting) {
        List<Spelling<T>> spellings = new ArrayList<>();
        String own = valueAt(setting.key(), setting);
        if (own != null) {
            spellings.add(spelling(setting, setting.key(), own));
        }
        for (Setting.Alias alias : setting.aliases()) {
            String text = valueAt(alias.name(), setting);
            if (text != null) {
                spellings.add(spelling(setting, alias.name(), alias.rewrite().apply(text.trim())));
            }
        }
        String variable = environmentName(setting.key());
        String fromEnvironment = valueAt(variable, setting);
        if (spellings.isEmpty() && !values.containsKey(setting.key()) && fromEnvironment != null) {
            spellings.add(spelling(setting, variable, fromEnvironment));
        }
        return spellings;
    }

    /** What stands under a name; null where nothing does, or a blank that is no value. */
    private @Nullable String valueAt(String name, Setting<?> setting) {
        String text = values.get(name);
        return text != null && (setting.type().blank() || !text.isBlank()) ? text : null;
    }

    private static <T> Spelling<T> spelling(Setting<T> setting, String name, String text) {
        return new Spelling<>(name, text.trim(), parse(setting.type(), text.trim()), setting.secret());
    }

    private static <T> @Nullable T parse(SettingType<T> type, String text) {
        try {
            return type.parser().apply(text);
        } catch (IllegalArgumentException | DateTimeParseException | ArithmeticException e) {
            return null;
        }
    }

    private <T> T unset(Setting<T> setting) {
        String defaultText = setting.defaultText();
        if (defaultText != null) {
            effective.put(setting.key(), defaultText);
        } else if (setting.presence() == Setting.Presence.REQUIRED) {
            problem(setting.key() + " is missing: set it in the configuration file, as "
                    + environmentName(setting.key()) + " or as a flag");
        }
        return setting.fallback();
    }

    private static String remedy(Setting<?> setting) {
        String defaultText = setting.defaultText();
        return defaultText == null ? "" : "; the default is " + (defaultText.isEmpty() ? "empty" : defaultText);
    }

    private boolean isKnown(String key) {
        return byName.containsKey(key) || families.stream().anyMatch(family -> family.has(key));
    }

    /** Every name with what is proposed for it; of families those with the free part of a key. */
    private Map<String, String> namesNear(String key) {
        Map<String, String> names = new LinkedHashMap<>();
        byName.forEach((name, setting) -> names.put(name, setting.key()));
        int lastDot = key.lastIndexOf('.');
        for (OpenKeys<?> family : families) {
            if (!family.suffix().isEmpty()
                    && key.startsWith(family.prefix())
                    && lastDot > family.prefix().length()) {
                String name = key.substring(0, lastDot) + family.suffix();
                names.put(name, name);
            }
        }
        return names;
    }

    private static String firstWord(String key) {
        int dot = key.indexOf('.');
        return dot < 0 ? key : key.substring(0, dot);
    }

    private static String shownKey(String key) {
        return PrintableNames.printable(key);
    }

    private static String quoted(String shown) {
        return "'" + PrintableNames.printable(shown) + "'";
    }
}
