package dev.tollgate.plans.yaml;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** A value of a YAML document and where it begins. */
public sealed interface YamlNode {

    /** Where the value begins. */
    Location location();

    /** What the value is, for messages: the text of a scalar, or {@code a list} or {@code a mapping}. */
    String describe();

    /**
     * Keys with values, in the order of the file; each key once.
     *
     * @param location where it begins
     * @param entries its keys and values
     */
    record Mapping(Location location, List<Entry> entries) implements YamlNode {
        public Mapping {
            entries = List.copyOf(entries);
        }

        /** The entry with a key, or null. */
        public @Nullable Entry find(String key) {
            for (Entry entry : entries) {
                if (entry.key().equals(key)) {
                    return entry;
                }
            }
            return null;
        }

        @Override
        public String describe() {
            return "a mapping";
        }
    }

    /**
     * A key and its value.
     *
     * @param location where the key begins
     * @param key text of the key
     * @param value what it stands for
     */
    record Entry(Location location, String key, YamlNode value) {}

    /**
     * Values in order.
     *
     * @param location where it begins
     * @param items the values
     */
    record Sequence(Location location, List<YamlNode> items) implements YamlNode {
        public Sequence {
            items = List.copyOf(items);
        }

        @Override
        public String describe() {
            return "a list";
        }
    }

    /**
     * A single value.
     *
     * @param location where it begins
     * @param kind what YAML takes it for
     * @param text as written, without quotes
     */
    record Scalar(Location location, Kind kind, String text) implements YamlNode {
        private static final int MAX_SHOWN = 80;

        @Override
        public String describe() {
            return switch (kind) {
                case EMPTY -> "empty";
                case TEXT, INTEGER, DECIMAL, BOOLEAN ->
                    "'" + (text.length() <= MAX_SHOWN ? text : text.substring(0, MAX_SHOWN) + "...") + "'";
            };
        }
    }

    /** What YAML takes a scalar for. Quoted scalars are always text. */
    enum Kind {
        TEXT,
        INTEGER,
        DECIMAL,
        BOOLEAN,
        /** No value, or {@code null} or {@code ~}. */
        EMPTY
    }
}
