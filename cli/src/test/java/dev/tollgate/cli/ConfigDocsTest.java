package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.api.ApiConfig;
import dev.tollgate.cli.config.ConfigRole;
import dev.tollgate.gate.GateConfig;
import dev.tollgate.gateserver.GateServerConfig;
import dev.tollgate.gateway.GatewayConfig;
import dev.tollgate.http.token.TokenHash;
import dev.tollgate.notify.NotifyConfig;
import dev.tollgate.schemas.config.ConfigKey;
import dev.tollgate.schemas.config.Secrets;
import dev.tollgate.schemas.config.Setting;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.sink.SinkConfig;
import dev.tollgate.streams.config.AccountingConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * The tables of keys in the documents, between {@code <!-- settings: GROUP ... -->} and {@code <!-- end of settings
 * -->}, against the keys themselves. {@code -Dtollgate.docs=write} writes them anew.
 */
class ConfigDocsTest {
    private static final Pattern TABLE =
            Pattern.compile("<!-- settings: ([a-z ]+) -->\n(.*?)<!-- end of settings -->", Pattern.DOTALL);
    private static final Map<String, SettingGroup> GROUPS =
            ConfigRole.allGroups().stream().collect(Collectors.toMap(SettingGroup::id, Function.identity()));

    @Test
    void everyTableSaysWhatTheKeysAre() throws IOException {
        List<String> outdated = new ArrayList<>();
        Set<String> documented = new TreeSet<>();
        for (Path document : documents()) {
            String text = Files.readString(document);
            String current = TABLE.matcher(text).replaceAll(table -> {
                documented.addAll(List.of(table.group(1).split(" ", -1)));
                return Matcher.quoteReplacement(table(table));
            });
            if (!current.equals(text) && "write".equals(System.getProperty("tollgate.docs"))) {
                Files.writeString(document, current);
            } else if (!current.equals(text)) {
                outdated.add(document.getFileName().toString());
            }
        }

        assertThat(outdated)
                .as("documents whose tables of keys are outdated; to write them anew: mvn -pl cli -am test"
                        + " -Dtest=ConfigDocsTest -Dsurefire.failIfNoSpecifiedTests=false -Dtollgate.docs=write")
                .isEmpty();
        assertThat(documented).isEqualTo(new TreeSet<>(GROUPS.keySet()));
    }

    @Test
    void everyKeyStandsInOneGroupUnderOneName() {
        List<String> names = ConfigRole.allGroups().stream()
                .flatMap(group -> group.keys().stream())
                .flatMap(key -> Stream.concat(Stream.of(key.name()), key.otherNames().stream()))
                .toList();

        assertThat(names).hasSizeGreaterThan(80).doesNotHaveDuplicates();
    }

    @Test
    void everyKeyThatSoundsLikeASecretIsOne() {
        assertThat(ConfigRole.allGroups().stream().flatMap(group -> group.keys().stream()))
                .filteredOn(key -> Secrets.soundsSecret(key.name()) && !key.secret())
                .extracting(ConfigKey::name)
                // A list of ids, a time and choices.
                .containsExactlyInAnyOrder(
                        "gateway.tokens.NAME.accounts",
                        "gateway.tokens.NAME.role",
                        "gateway.tokens.NAME.expires",
                        "gate-server.tokens.NAME.accounts",
                        "gate-server.tokens.NAME.role",
                        "gate-server.tokens.NAME.expires",
                        "api.tokens.NAME.accounts",
                        "api.tokens.NAME.role",
                        "api.tokens.NAME.expires",
                        "registry.credentials-source");
    }

    @Test
    void everyDefaultIsAllowed() {
        for (SettingGroup group : ConfigRole.allGroups()) {
            for (ConfigKey key : group.keys()) {
                if (key instanceof Setting<?> setting
                        && setting.defaultText() != null
                        && !setting.defaultText().isEmpty()) {
                    assertThat(setting.type().parser().apply(setting.defaultText()))
                            .as(setting.key())
                            .isEqualTo(setting.fallback());
                }
            }
        }
    }

    /** A key that is declared and never asked for would be listed and do nothing. */
    @Test
    void everyDefaultOfARoleIsRead() {
        Map<String, String> least = Map.of(
                "kafka.bootstrap-servers", "localhost:9092",
                "registry.url", "http://localhost:8081",
                "clickhouse.url", "jdbc:ch://localhost:8123/default",
                "gateway.anonymous", "true",
                "api.tokens.bi.hash", TokenHash.of(TokenHash.newToken()).text());
        Set<String> read = new TreeSet<>();
        read.addAll(AccountingConfig.from(least).effective().keySet());
        read.addAll(SinkConfig.from(least).effective().keySet());
        read.addAll(ApiConfig.from(least).effective().keySet());
        read.addAll(GatewayConfig.from(least).effective().keySet());
        read.addAll(NotifyConfig.from(least).effective().keySet());
        read.addAll(GateConfig.from(least).effective().keySet());
        read.addAll(GateServerConfig.from(least).effective().keySet());

        List<String> defaults = ConfigRole.allGroups().stream()
                .filter(group -> !group.id().equals("publisher")) // It keeps no list of what it read.
                .flatMap(group -> group.keys().stream())
                .filter(key -> key instanceof Setting<?> setting && setting.presence() != Setting.Presence.OPTIONAL)
                .map(ConfigKey::name)
                .toList();

        assertThat(defaults).hasSizeGreaterThan(60);
        assertThat(read).containsAll(defaults);
    }

    private static List<Path> documents() throws IOException {
        try (Stream<Path> pages = Files.list(Path.of("..", "docs"))) {
            return Stream.concat(Stream.of(Path.of("..", "README.md")), pages)
                    .filter(page -> page.toString().endsWith(".md"))
                    .sorted()
                    .toList();
        }
    }

    private static String table(MatchResult marked) {
        StringBuilder table = new StringBuilder("<!-- settings: " + marked.group(1) + " -->\n\n")
                .append("| key | default | allowed | meaning |\n|---|---|---|---|\n");
        for (String id : marked.group(1).split(" ", -1)) {
            SettingGroup group = Objects.requireNonNull(GROUPS.get(id), "no group " + id);
            for (ConfigKey key : group.keys()) {
                table.append("| `%s` | %s | %s | %s |%n"
                        .formatted(key.name(), defaultOf(key), cell(key.range()), cell(key.doc()) + kafkaNames(key))
                        .replace(System.lineSeparator(), "\n"));
            }
        }
        return table.append("\n<!-- end of settings -->").toString();
    }

    private static String defaultOf(ConfigKey key) {
        if (!(key instanceof Setting<?> setting)) {
            return "";
        }
        return switch (setting.presence()) {
            case REQUIRED -> "required";
            case OPTIONAL -> "none";
            case DEFAULTED -> {
                String text = setting.defaultText();
                yield text == null || text.isEmpty() ? "empty" : "`" + text + "`";
            }
        };
    }

    private static String kafkaNames(ConfigKey key) {
        String names = key.otherNames().stream()
                .filter(name -> !name.startsWith("kafka."))
                .map(name -> "`" + name + "`")
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? "" : "; also " + names;
    }

    private static String cell(String text) {
        return text.replace("|", "\\|");
    }
}
