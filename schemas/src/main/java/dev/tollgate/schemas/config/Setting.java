package dev.tollgate.schemas.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One key, as data. Example:
 *
 * <pre>{@code
 * static final Setting<Integer> THREADS =
 *         Setting.of("sink.threads", SettingType.integer(1, 64), 1, "consumers in this process");
 * int threads = settings.get(THREADS);
 * }</pre>
 *
 * @param key dots between groups, kebab-case within a word
 * @param type what is allowed
 * @param presence whether there is a default
 * @param fallback the default; for a required key a harmless value that stands in while problems are gathered
 * @param doc what it does
 * @param secret whether its value is never shown
 * @param aliases Kafka's or Confluent's names of the same thing
 * @param <T> of the value
 */
public record Setting<T>(
        String key, SettingType<T> type, Presence presence, T fallback, String doc, boolean secret, List<Alias> aliases)
        implements ConfigKey {

    private static final Pattern KEY = Pattern.compile("[a-z][a-z0-9]*(-[a-z0-9]+)*(\\.[a-z][a-z0-9]*(-[a-z0-9]+)*)+");

    /** Whether a key has to be set. */
    public enum Presence {
        /** Nothing starts without it. */
        REQUIRED,
        /** Without it there is no value. */
        OPTIONAL,
        /** Without it the default holds. */
        DEFAULTED
    }

    /**
     * Another name of a key.
     *
     * @param name as it may stand in the configuration
     * @param rewrite turns a value as it is written under that name into one as it is written under the key
     */
    public record Alias(String name, UnaryOperator<String> rewrite) {}

    public Setting {
        if (!KEY.matcher(key).matches()) {
            throw new IllegalArgumentException("key must be groups in kebab-case with dots between, was '" + key + "'");
        }
        aliases = List.copyOf(aliases);
    }

    /** A key that has a default. */
    public static <T> Setting<T> of(String key, SettingType<T> type, T defaultValue, String doc) {
        return new Setting<>(key, type, Presence.DEFAULTED, defaultValue, doc, false, List.of());
    }

    /** A key that may be left out. */
    public static <T> Setting<Optional<T>> optional(String key, SettingType<T> type, String doc) {
        return new Setting<>(key, type.orNothing(), Presence.OPTIONAL, Optional.empty(), doc, false, List.of());
    }

    /**
     * A key that must be set.
     *
     * @param standIn what the reader returns where it is missing or wrong, so that it can go on; never used
     */
    public static <T> Setting<T> required(String key, SettingType<T> type, T standIn, String doc) {
        return new Setting<>(key, type, Presence.REQUIRED, standIn, doc, false, List.of());
    }

    /** The same, never shown. */
    public Setting<T> asSecret() {
        return new Setting<>(key, type, presence, fallback, doc, true, aliases);
    }

    /** The same, which Kafka's clients or Confluent's serdes call so; bare, behind kafka. or behind kafka.client. */
    public Setting<T> kafkaName(String name) {
        return kafkaName(name, UnaryOperator.identity());
    }

    /** The same under a name of Kafka's or Confluent's whose values are written otherwise. */
    public Setting<T> kafkaName(String name, UnaryOperator<String> rewrite) {
        List<Alias> more = new ArrayList<>(aliases);
        more.add(new Alias(name, rewrite));
        more.add(new Alias("kafka." + name, rewrite));
        more.add(new Alias("kafka.client." + name, rewrite));
        return new Setting<>(key, type, presence, fallback, doc, secret, more);
    }

    @Override
    public String name() {
        return key;
    }

    @Override
    public List<String> otherNames() {
        return aliases.stream().map(Alias::name).toList();
    }

    @Override
    public String range() {
        return type.range();
    }

    /** The default as it would be written; null where there is none. */
    public @Nullable String defaultText() {
        return presence == Presence.DEFAULTED ? type.writer().apply(fallback) : null;
    }
}
