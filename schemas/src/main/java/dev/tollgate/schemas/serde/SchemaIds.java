package dev.tollgate.schemas.serde;

import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.registry.RegistryRejection;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Which id a writer puts in front of its records: registers or looks up the schema as {@code auto.register.schemas},
 * {@code use.latest.version} and the subject name strategy say. For writers that encode by themselves;
 * {@link AvroSerializer} uses it too. Thread-safe.
 */
public final class SchemaIds {
    private final SchemaRegistryClient registry;
    private final SerdeConfig config;

    SchemaIds(SchemaRegistryClient registry, SerdeConfig config) {
        this.registry = registry;
        this.config = config;
    }

    /**
     * For the values of a topic, from the configuration of a Kafka client.
     *
     * @throws org.apache.kafka.common.config.ConfigException naming the key, the value and the remedy
     */
    public static SchemaIds ofValues(Map<String, ?> configs) {
        return new SchemaIds(new SchemaRegistryClient(RegistryConfig.from(configs)), SerdeConfig.from(configs, false));
    }

    /**
     * The id of a schema for records of a topic; asks the registry, so it may take as long as its time-outs.
     *
     * @throws SerializationException if the registry rejects the schema or does not have it
     * @throws dev.tollgate.schemas.registry.RegistryUnavailableException if the registry does not answer
     */
    public int idOf(String topic, Schema schema) {
        String subject = config.strategy().subject(topic, config.isKey(), schema);
        try {
            if (config.autoRegister()) {
                return registry.register(subject, schema);
            }
            if (!config.useLatestVersion()) {
                return registry.lookUp(subject, schema);
            }
            var latest = registry.latest(subject);
            if (!latest.schema().equals(SerdeConfig.withoutJavaHints(schema))) {
                throw new SerializationException(
                        "newest version of subject " + subject + " is not the schema of " + schema.getFullName()
                                + " in this build; publish with the matching build or register the schema");
            }
            return latest.id();
        } catch (RegistryRejection e) {
            throw new SerializationException(
                    "schema registry rejected " + schema.getFullName() + " for subject " + subject + ": "
                            + e.getMessage(),
                    e);
        }
    }
}
