package dev.tollgate.schemas.config;

import java.util.List;
import java.util.function.Predicate;

/**
 * A family of keys of which a part is free, as data: {@code kafka.client.*}, {@code gateway.tokens.NAME.hash}.
 *
 * @param prefix before the free part, with its dot
 * @param wildcard how the free part is written in lists
 * @param suffix behind the free part; empty for none
 * @param names which free parts belong to the family
 * @param type of every value
 * @param doc what the keys do
 * @param secret whether no value is ever shown; those whose key sounds like a secret never are
 * @param <T> of the values
 */
public record OpenKeys<T>(
        String prefix,
        String wildcard,
        String suffix,
        Predicate<String> names,
        SettingType<T> type,
        String doc,
        boolean secret)
        implements ConfigKey {

    /** Everything below a prefix, whatever it is, for somebody else's names. */
    public static OpenKeys<String> below(String prefix, String doc) {
        return new OpenKeys<>(prefix, "*", "", name -> true, SettingType.anyText(), doc, false);
    }

    /** Whether a key is of this family. */
    public boolean has(String key) {
        return !freePart(key).isEmpty();
    }

    /** The free part of a key, or an empty text if the key is not of this family. */
    String freePart(String key) {
        if (key.length() <= prefix.length() + suffix.length() || !key.startsWith(prefix) || !key.endsWith(suffix)) {
            return "";
        }
        String name = key.substring(prefix.length(), key.length() - suffix.length());
        return names.test(name) ? name : "";
    }

    @Override
    public String name() {
        return prefix + wildcard + suffix;
    }

    @Override
    public List<String> otherNames() {
        return List.of();
    }

    @Override
    public String range() {
        return type.range();
    }
}
