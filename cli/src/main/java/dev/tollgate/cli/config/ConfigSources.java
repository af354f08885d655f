package dev.tollgate.cli.config;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.tollgate.schemas.config.InvalidSettingsException;
import dev.tollgate.schemas.config.SettingsReader;
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
 * Merges the configuration: flags over environment over file. The result is the flat map that {@link SettingsReader}
 * reads.
 *
 * <p>Files are YAML (nested keys are joined with dots) or Java properties, told apart by their ending.
 */
public final class ConfigSources {
    private static final Pattern CLIENT_PROPERTY = Pattern.compile("TOLLGATE_(KAFKA_(CLIENT|STREAMS|SINK)_.+)");
    private static final String TOKENS = ".tokens.";
    private static final Pattern TOKEN =
            Pattern.compile("(TOLLGATE_(GATEWAY|API|GATE_SERVER)_TOKENS_(.+))_(HASH|ACCOUNTS|ROLE|EXPIRES)");
    private static final long MAX_FILE_BYTES = 1 << 20;

    private ConfigSources() {}

    /**
     * The values of all sources, each over those before it.
     *
     * @param file configuration file, or null
     * @param environment environment variables; those of keys count: {@code TOLLGATE_SINK_THREADS}
     * @param flags values given on the command line, by configuration key
     * @throws InvalidSettingsException if the file cannot be read or parsed, or a key begins with a word that no key of
     *     any role begins with
     */
    public static Configuration merge(@Nullable Path file, Map<String, String> environment, Map<String, String> flags) {
        Configuration.Builder merged = new Configuration.Builder();
        if (file != null) {
            Map<String, String> content = read(file);
            merged.set(content, origins(content, "file " + file));
        }
        Map<String, String> variables = new LinkedHashMap<>();
        KnownKeys.keysByVariable().forEach((variable, key) -> variables.put(key, variable));
        for (String key : merged.values().keySet()) {
            variables.put(key, SettingsReader.environmentName(key));
        }
        for (String variable : environment.keySet()) {
            Matcher property = CLIENT_PROPERTY.matcher(variable);
            if (property.matches()) {
                // Handed on to Kafka's clients, whose property names have dots only.
                variables.put(property.group(1).toLowerCase(Locale.ROOT).replace('_', '.'), variable);
            }
        }
        variables.putAll(tokens(merged.values(), environment));
        Map<String, String> fromEnvironment = new LinkedHashMap<>();
        Map<String, String> itsOrigins = new LinkedHashMap<>();
        variables.forEach((key, variable) -> {
            String value = environment.get(variable);
            if (value != null) {
                fromEnvironment.put(key, value);
                itsOrigins.put(key, "environment " + variable);
            }
        });
        merged.set(fromEnvironment, itsOrigins);
        merged.set(flags, origins(flags, "flag"));
        SettingsReader reader = new SettingsReader(merged.values(), ConfigRole.allGroups());
        reader.rejectUnknownWords();
        reader.throwIfProblems();
        return merged.build();
    }

    private static Map<String, String> origins(Map<String, String> source, String origin) {
        Map<String, String> origins = new LinkedHashMap<>();
        source.keySet().forEach(key -> origins.put(key, origin));
        return origins;
    }

    /**
     * The variables of servers' tokens by their keys, which the variables alone cannot be asked for.
     * {@code TOLLGATE_GATEWAY_TOKENS_EDGE_PROXY_HASH} is of the token that the file calls {@code edge_proxy} or
     * {@code Edge-Proxy}; where the file has none, of {@code edge-proxy}.
     */
    private static Map<String, String> tokens(Map<String, String> content, Map<String, String> environment) {
        Map<String, String> variables = new LinkedHashMap<>();
        for (String variable : environment.keySet()) {
            Matcher matcher = TOKEN.matcher(variable);
            if (matcher.matches()) {
                String token = content.keySet().stream()
                        .filter(key -> key.contains(TOKENS))
                        .map(key -> key.substring(0, key.lastIndexOf('.')))
                        .filter(key -> SettingsReader.environmentName(key).equals(matcher.group(1)))
                        .findFirst()
                        .orElseGet(() -> matcher.group(2)
                                        .toLowerCase(Locale.ROOT)
                                        .replace('_', '-')
                                + TOKENS
                                + matcher.group(3).toLowerCase(Locale.ROOT).replace('_', '-'));
                variables.put(token + "." + matcher.group(4).toLowerCase(Locale.ROOT), variable);
            }
        }
        return variables;
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
