package dev.tollgate.schemas.metrics;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * A tag of a meter and every value that it can have. Each value has a series of its own from the start.
 *
 * @param key name of the tag
 * @param values what it can be; at least one
 */
public record TagDeclaration(String key, List<String> values) {
    public TagDeclaration {
        values = List.copyOf(values);
        if (values.isEmpty()) {
            throw new IllegalArgumentException("tag " + key + " must have values");
        }
    }

    /** A tag whose values are the constants of enums; a name that several of them have is one value. */
    @SafeVarargs
    public static TagDeclaration of(String key, Class<? extends Enum<?>>... types) {
        return new TagDeclaration(
                key,
                Arrays.stream(types)
                        .flatMap(type -> Arrays.stream(type.getEnumConstants()))
                        .map(TagDeclaration::value)
                        .distinct()
                        .toList());
    }

    /** A constant as the value of a tag, in kebab-case: {@code OVER_CALL_LIMIT} is {@code over-call-limit}. */
    public static String value(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
