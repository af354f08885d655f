package dev.tollgate.schemas.serde;

import dev.tollgate.schemas.SchemaText;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.kafka.common.config.ConfigException;
import org.jspecify.annotations.Nullable;

/** The part of a client's configuration that says how schemas are registered. */
record SerdeConfig(boolean isKey, boolean autoRegister, boolean useLatestVersion, SubjectNameStrategy strategy) {
    static final String AUTO_REGISTER = "auto.register.schemas";
    static final String USE_LATEST = "use.latest.version";

    static SerdeConfig defaults(boolean isKey) {
        return new SerdeConfig(isKey, true, false, SubjectNameStrategy.TOPIC_NAME);
    }

    static SerdeConfig from(Map<String, ?> configs, boolean isKey) {
        String strategyKey = isKey ? "key.subject.name.strategy" : "value.subject.name.strategy";
        return new SerdeConfig(
                isKey,
                flag(AUTO_REGISTER, configs.get(AUTO_REGISTER), true),
                flag(USE_LATEST, configs.get(USE_LATEST), false),
                SubjectNameStrategy.parse(strategyKey, configs.get(strategyKey)));
    }

    static Schema withoutJavaHints(Schema schema) {
        return new Schema.Parser().parse(SchemaText.canonical(schema));
    }

    private static boolean flag(String key, @Nullable Object value, boolean preset) {
        if (value == null) {
            return preset;
        }
        return switch (value.toString()) {
            case "true" -> true;
            case "false" -> false;
            default -> throw new ConfigException(key + " must be true or false, was '" + value + "'");
        };
    }
}
