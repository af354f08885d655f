package dev.tollgate.gateway.internal.layout;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The fields of one record. A field that is missing, or that the log marks as missing, is not there. */
public interface LogRecord {
    /** The value of a field, or null. */
    @Nullable
    String get(String field);

    /** Why a field could not be read, as a sentence; null if it is there or simply missing. */
    @Nullable
    String fault(String field);

    /** A record of named texts, of which the empty ones are missing. */
    static LogRecord of(Map<String, String> fields) {
        return new Fields(fields, Map.of());
    }

    /** Fields, and what is wrong with those that could not be read. */
    record Fields(Map<String, String> values, Map<String, String> faults) implements LogRecord {
        public Fields {
            values = Map.copyOf(values);
            faults = Map.copyOf(faults);
        }

        @Override
        public @Nullable String get(String field) {
            String value = values.get(field);
            return value == null || value.isEmpty() ? null : value;
        }

        @Override
        public @Nullable String fault(String field) {
            return faults.get(field);
        }
    }

    /** Collects the fields of one record. */
    final class Builder {
        private final Map<String, String> values = new HashMap<>();
        private final Map<String, String> faults = new HashMap<>();

        /** A value; {@code -} and the empty text are how logs write that there is none. */
        void put(String field, String value) {
            if (!value.isEmpty() && !value.equals("-")) {
                values.put(field, value);
            }
        }

        void putIfAbsent(String field, String value) {
            if (!values.containsKey(field)) {
                put(field, value);
            }
        }

        void fault(String field, String sentence) {
            faults.put(field, sentence);
        }

        LogRecord build() {
            return new Fields(values, faults);
        }
    }
}
