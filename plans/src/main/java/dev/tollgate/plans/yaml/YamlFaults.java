package dev.tollgate.plans.yaml;

import org.jspecify.annotations.Nullable;

/** Takes what is wrong with a document while it is read. */
@FunctionalInterface
public interface YamlFaults {
    /**
     * One fault.
     *
     * @param location where
     * @param path which value, such as {@code plans[0].id}; empty for the whole document
     * @param rule what is required, as the rest of a sentence: {@code must be ...}
     * @param value what is there, or null where there is nothing to show
     */
    void report(Location location, String path, String rule, @Nullable String value);
}
