package dev.tollgate.cli.config;

import dev.tollgate.cli.config.ListedKey.SetValue;
import dev.tollgate.cli.terminal.Json;
import dev.tollgate.schemas.config.Secrets;
import dev.tollgate.schemas.config.SettingGroup;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tollgate config}: every configuration key, what is set, and by what. */
@Command(
        name = "config",
        description = {
            "List the configuration keys: defaults, ranges, what is set, and where that comes from.",
            "",
            "Flags (--set KEY=VALUE) win over the environment, the environment over the file (--config FILE, YAML or"
                    + " properties). In the environment a key is TOLLGATE_ and its name in capitals, with _ for . and"
                    + " -. Durations are written 250ms, 30s, 10m, 24h, 7d or as in ISO-8601. Secrets are not shown."
        },
        mixinStandardHelpOptions = true)
public final class ConfigHelp implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before run.
    private CommandSpec spec;

    @Mixin
    private final ConfigOptions config = new ConfigOptions();

    @Parameters(
            arity = "0..1",
            paramLabel = "ROLE",
            description =
                    "streams, sink, sql, gateway, notify, api, publisher, gate, gateserver or up: only what this one"
                            + " reads.")
    private @Nullable String role;

    @Option(names = "--json", description = "Print one JSON object a line, for each key one.")
    private boolean json;

    @Override
    public void run() {
        List<ListedKey> keys = ListedKey.of(groups(), config.configuration());
        PrintWriter out = spec.commandLine().getOut();
        if (json) {
            keys.forEach(key -> out.println(Json.line(object(key))));
        } else {
            print(keys, out);
        }
    }

    private List<SettingGroup> groups() {
        return role == null ? ConfigRole.allGroups() : groups(role);
    }

    private List<SettingGroup> groups(String role) {
        return Arrays.stream(ConfigRole.values())
                .filter(candidate -> candidate.text().equals(role))
                .findFirst()
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "ROLE must be one of "
                                + Arrays.stream(ConfigRole.values())
                                        .map(ConfigRole::text)
                                        .collect(Collectors.joining(", "))
                                + ", was '" + Secrets.maskedWithin(role) + "'"))
                .groups();
    }

    private static void print(List<ListedKey> keys, PrintWriter out) {
        SettingGroup group = null;
        for (ListedKey key : keys) {
            if (!key.group().equals(group)) {
                out.println((group == null ? "" : System.lineSeparator())
                        + key.group().title() + ", read by "
                        + String.join(", ", ConfigRole.readersOf(key.group())));
                group = key.group();
            }
            if (key.set().isEmpty()) {
                out.println("  " + key.key().name() + unset(key));
            } else if (!key.key().name().equals(key.set().get(0).name())) {
                out.println("  " + key.key().name());
            }
            for (SetValue value : key.set()) {
                out.println("  " + value.name() + " = " + value.value() + "  (" + value.origin() + ")");
            }
            out.println("      " + details(key));
            if (!key.key().otherNames().isEmpty()) {
                out.println("      also: " + String.join(", ", key.key().otherNames()));
            }
        }
    }

    private static String unset(ListedKey key) {
        if (key.required()) {
            return "  (required, not set)";
        }
        String defaultText = key.defaultText();
        return defaultText == null ? "  (not set)" : " = " + defaultText + "  (default)";
    }

    private static String details(ListedKey key) {
        List<String> details = new ArrayList<>(List.of(key.key().doc().replace("`", "")));
        if (!key.key().range().isEmpty()) {
            details.add(key.key().range());
        }
        if (key.defaultText() != null && !key.set().isEmpty()) {
            details.add("default " + (key.defaultText().isEmpty() ? "empty" : key.defaultText()));
        }
        return String.join("; ", details);
    }

    private static Map<String, @Nullable Object> object(ListedKey key) {
        Map<String, @Nullable Object> object = new LinkedHashMap<>();
        object.put("key", key.key().name());
        object.put("group", key.group().id());
        object.put("roles", ConfigRole.readersOf(key.group()));
        object.put("required", key.required());
        object.put("default", key.defaultText());
        object.put("allowed", key.key().range());
        object.put("secret", key.key().secret());
        object.put("aliases", key.key().otherNames());
        object.put("doc", key.key().doc());
        object.put(
                "set",
                key.set().stream()
                        .map(value -> Map.of("name", value.name(), "value", value.value(), "source", value.origin()))
                        .toList());
        return object;
    }
}
