package dev.tollgate.schemas.serde;

import org.apache.avro.Schema;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/**
 * Under which subject a schema is registered, as Confluent's strategies of the same names do.
 *
 * @see <a href="https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/">Confluent:
 *     subject name strategy</a>
 */
public enum SubjectNameStrategy {
    /** {@code TOPIC-key} or {@code TOPIC-value}. */
    TOPIC_NAME,
    /** The record's full name. */
    RECORD_NAME,
    /** {@code TOPIC-FULLNAME}. */
    TOPIC_RECORD_NAME;

    String subject(String topic, boolean isKey, Schema schema) {
        return switch (this) {
            case TOPIC_NAME -> topic + (isKey ? "-key" : "-value");
            case RECORD_NAME -> schema.getFullName();
            case TOPIC_RECORD_NAME -> topic + "-" + schema.getFullName();
        };
    }

    /** Takes Confluent's class name, with or without its package; null is {@link #TOPIC_NAME}. */
    static SubjectNameStrategy parse(String key, @Nullable Object value) {
        if (value == null) {
            return TOPIC_NAME;
        }
        String name = value instanceof Class<?> type ? type.getSimpleName() : value.toString();
        return switch (name.substring(name.lastIndexOf('.') + 1)) {
            case "TopicNameStrategy" -> TOPIC_NAME;
            case "RecordNameStrategy" -> RECORD_NAME;
            case "TopicRecordNameStrategy" -> TOPIC_RECORD_NAME;
            default ->
                throw new ConfigException(
                        key + " must be TopicNameStrategy, RecordNameStrategy or TopicRecordNameStrategy, was '" + value
                                + "'");
        };
    }
}
