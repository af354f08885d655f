package dev.tollgate.cli.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.tollgate.schemas.config.InvalidSettingsException;
import dev.tollgate.schemas.config.Settings;
import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Merges the configuration: flags over environment over file. The result is the flat map that {@link Settings} reads.
 *
 * <p>Files are YAML (nested keys are joined with dots) or Java properties, told apart by their ending.
 */
public final class ConfigSources {
    private static final String ENVIRONMENT_PREFIX = "TOLLGATE_";
    private static final String KAFKA_PREFIX = "TOLLGATE_KAFKA_CLIENT_";
    private static final String TOKENS = "gateway.tokens.";
    private static final Pattern TOKEN = Pattern.compile("(TOLLGATE_GATEWAY_TOKENS_(.+))_(HASH|ACCOUNTS)");
    private static final long MAX_FILE_BYTES = 1 << 20;

    private ConfigSources() {}

    /**
     * @param file configuration file, or null
     * @param environment environment variables; those that begin with {@code TOLLGATE_} count
     * @param flags values given on the command line, by configuration key
     * @throws InvalidSettingsException if the file cannot be read or parsed
     */
    public static Map<String, String> merge(
            @Nullable Path file, Map<String, String> environment, Map<String, String> flags) {
        Map<String, String> merged = new LinkedHashMap<>();
        if (file != null) {
            merged.putAll(read(file));
        }
        merged.replaceAll((key, value) -> environment.getOrDefault(Settings.environmentName(key), value));
        environment.forEach((name, value) -> {
            if (name.startsWith(ENVIRONMENT_PREFIX)) {
                merged.put(name, value);
            }
            if (name.startsWith(KAFKA_PREFIX)) {
                // Handed on to Kafka's clients, whose property names have dots only.
                String key = name.substring(ENVIRONMENT_PREFIX.length())
                        .toLowerCase(Locale.ROOT)
                        .replace('_', '.');
                merged.put(key, value);
            }
        });
        merged.putAll(tokens(merged));
        merged.putAll(flags);
        return merged;
    }

    /**
     * The gateway's tokens that the environment names, which their variables alone cannot be asked for.
     * {@code TOLLGATE_GATEWAY_TOKENS_EDGE_PROXY_HASH} is of the token that the file calls {@code edge_proxy} or
     * {@code Edge-Proxy}; where the file has none, of {@code edge-proxy}.
     */
    private static Map<String, String> tokens(Map<String, String> merged) {
        Map<String, String> tokens = new LinkedHashMap<>();
        merged.forEach((variable, value) -> {
            Matcher matcher = TOKEN.matcher(variable);
            if (matcher.matches()) {
                String token = merged.keySet().stream()
                        .filter(key -> key.startsWith(TOKENS))
                        .map(key -> key.substring(0, key.lastIndexOf('.')))
                        .filter(key -> Settings.environmentName(key).equals(matcher.group(1)))
                        .findFirst()
                        .orElseGet(() -> TOKENS
                                + matcher.group(2).toLowerCase(Locale.ROOT).replace('_', '-'));
                tokens.put(token + "." + matcher.group(3).toLowerCase(Locale.ROOT), value);
            }
        });
        return tokens;
    }

    /**
     * The flat content of one file.
     *
     * @throws InvalidSettingsException naming the file and what is wrong with it
     */
    public static Map<String, String> read(Path file) {
        try {
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw invalid(file, "is larger than " + MAX_FILE_BYTES + " bytes");
            }
            String name = file.getFileName().toString();
            if (name.endsWith(".yaml") || name.endsWith(".yml")) {
                return readYaml(file);
            }
            if (name.endsWith(".properties")) {
                return readProperties(file);
            }
            throw invalid(file, "must end in .yaml, .yml or .properties");
        } catch (java.nio.file.NoSuchFileException e) {
            throw invalid(file, "does not exist");
        } catch (IOException | IllegalArgumentException e) {
            throw invalid(file, "cannot be read: " + e.getMessage());
        }
    }

    private static Map<String, String> readProperties(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        }
        Map<String, String> values = new LinkedHashMap<>();
        properties.stringPropertyNames().stream().sorted().forEach(key -> values.put(key, properties.getProperty(key)));
        return values;
    }

    private static Map<String, String> readYaml(Path file) throws IOException {
        JsonNode root;
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            root = YAMLMapper.builder()
                    .enable(com.fasterxml.jackson.core.JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
                    .build()
                    .readTree(reader);
        }
        if (root.isMissingNode() || root.isNull()) {
            return Map.of();
        }
        if (!root.isObject()) {
            throw invalid(file, "must hold keys with values");
        }
        Map<String, String> values = new LinkedHashMap<>();
        flatten("", root, values);
        return values;
    }

    private static void flatten(String path, JsonNode node, Map<String, String> values) {
        if (node.isObject()) {
            node.properties()
                    .forEach(entry -> flatten(
                            path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(), entry.getValue(), values));
        } else if (node.isArray()) {
            List<String> parts = new ArrayList<>();
            node.forEach(part -> parts.add(part.asText()));
            values.put(path, String.join(",", parts));
        } else if (!node.isNull()) {
            values.put(path, node.asText());
        }
    }

    private static InvalidSettingsException invalid(Path file, String problem) {
        return new InvalidSettingsException(List.of("configuration file " + file + " " + problem));
    }
}
