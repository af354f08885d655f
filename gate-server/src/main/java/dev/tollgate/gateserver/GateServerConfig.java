package dev.tollgate.gateserver;

import dev.tollgate.gate.GateConfig;
import dev.tollgate.gate.Policy;
import dev.tollgate.gateserver.check.CheckAnswer.IdentityHeaders;
import dev.tollgate.gateserver.check.CheckOptions;
import dev.tollgate.http.server.HttpServerConfig;
import dev.tollgate.http.service.HttpServiceConfig;
import dev.tollgate.http.token.AccessToken;
import dev.tollgate.http.token.Role;
import dev.tollgate.publisher.PublisherConfig;
import dev.tollgate.schemas.config.ConfigKey;
import dev.tollgate.schemas.config.InvalidSettingsException;
import dev.tollgate.schemas.config.OpenKeys;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.config.SettingsReader;
import dev.tollgate.schemas.metrics.MetricsConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How the gate works as a process. Read with {@link #from}; {@code docs/gateways.md} lists the keys.
 *
 * @param http where it listens
 * @param tokens of proxies; empty exactly if anyone may ask
 * @param gate what decides
 * @param publisher what publishes the events of calls
 * @param accountFrom who says whose call it is
 * @param headers that name account, project and API key
 * @param keyHeader in which clients send their key
 * @param keyFile with the hashes of keys; null where accounts are not found by them
 * @param noAccount what becomes of requests that name no account
 * @param defaults what holds where a request says nothing
 * @param endpoints paths that calls are named by; empty if each path is its own name
 * @param metrics where the process shows its metrics
 * @param effective what was read, defaults included, secrets masked
 */
public record GateServerConfig(
        HttpServerConfig http,
        List<AccessToken> tokens,
        GateConfig gate,
        PublisherConfig publisher,
        AccountFrom accountFrom,
        IdentityHeaders headers,
        String keyHeader,
        @Nullable Path keyFile,
        Policy noAccount,
        CheckOptions defaults,
        List<String> endpoints,
        MetricsConfig metrics,
        Map<String, String> effective)
        implements HttpServiceConfig {

    /** Where it listens if nothing else is said. */
    public static final int DEFAULT_PORT = 8490;

    /** Every key that {@link #from} reads. */
    public static final List<SettingGroup> SETTINGS = Stream.of(
                    GateConfig.SETTINGS,
                    PublisherConfig.SETTINGS,
                    List.of(GateServerSettings.GROUP, MetricsConfig.SETTINGS))
            .flatMap(List::stream)
            .distinct()
            .toList();

    public GateServerConfig {
        tokens = List.copyOf(tokens);
        endpoints = List.copyOf(endpoints);
        effective = Map.copyOf(effective);
    }

    /**
     * Reads {@link #SETTINGS}; keys of other roles may stand in the same map.
     *
     * @throws InvalidSettingsException with every problem found
     */
    public static GateServerConfig from(Map<String, String> values) {
        Set<String> problems = new LinkedHashSet<>();
        GateConfig gate = part(GateConfig::from, values, problems);
        PublisherConfig publisher = part(PublisherConfig::from, ofPublisher(values), problems);
        SettingsReader settings = new SettingsReader(values, List.of(GateServerSettings.GROUP, MetricsConfig.SETTINGS));
        List<AccessToken> tokens = GateServerSettings.TOKENS.read(settings);
        for (AccessToken token : tokens) {
            if (token.role() != Role.CHECK) {
                settings.problem("gate-server.tokens." + token.name() + ".role must be check, was "
                        + token.role().name().toLowerCase(java.util.Locale.ROOT));
            }
        }
        AccountFrom accountFrom = settings.get(GateServerSettings.ACCOUNT_FROM);
        String keyHeader = settings.get(GateServerSettings.KEY_HEADER);
        Path keyFile = settings.get(GateServerSettings.KEY_FILE).orElse(null);
        if (accountFrom == AccountFrom.KEY && keyFile == null) {
            settings.problem("gate-server.keys.file is missing, though gate-server.account-from is key");
        }
        if (accountFrom == AccountFrom.KEY && keyHeader.equalsIgnoreCase("Authorization") && !tokens.isEmpty()) {
            settings.problem("gate-server.keys.header must not be Authorization where there are tokens, which"
                    + " proxies send in it");
        }
        IdentityHeaders headers = new IdentityHeaders(
                settings.get(GateServerSettings.ACCOUNT_HEADER),
                settings.get(GateServerSettings.PROJECT_HEADER),
                settings.get(GateServerSettings.API_KEY_HEADER));
        CheckOptions defaults = new CheckOptions(
                settings.get(GateServerSettings.DENY_STATUS), false, settings.get(GateServerSettings.RECORD));
        List<String> endpoints = settings.get(GateServerSettings.ENDPOINTS);
        for (String endpoint : endpoints) {
            if (!endpoint.startsWith("/")) {
                settings.problem("gate-server.endpoints must be paths such as /v1/mems/{id}, was '" + endpoint + "'");
            }
        }
        HttpServerConfig http = GateServerSettings.HTTP.read(settings);
        Policy noAccount = settings.get(GateServerSettings.NO_ACCOUNT);
        MetricsConfig metrics = MetricsConfig.read(settings);
        settings.rejectUnknown();
        throwIfProblems(settings, problems);
        if (gate == null || publisher == null) {
            throw new InvalidSettingsException(List.copyOf(problems));
        }
        Map<String, String> effective = new TreeMap<>(gate.effective());
        effective.putAll(settings.effective());
        return new GateServerConfig(
                http,
                tokens,
                gate,
                publisher,
                accountFrom,
                headers,
                keyHeader,
                keyFile,
                noAccount,
                defaults,
                endpoints,
                metrics,
                effective);
    }

    private static <T> @Nullable T part(
            Function<Map<String, String>, T> reader, Map<String, String> values, Set<String> problems) {
        try {
            return reader.apply(values);
        } catch (InvalidSettingsException e) {
            problems.addAll(e.problems());
            return null;
        }
    }

    private static void throwIfProblems(SettingsReader settings, Set<String> problems) {
        try {
            settings.throwIfProblems();
        } catch (InvalidSettingsException e) {
            problems.addAll(e.problems());
            throw new InvalidSettingsException(new ArrayList<>(problems));
        }
    }

    /** What the publisher does not know it hands on to Kafka's producer, so it is not given the keys of others. */
    private static Map<String, String> ofPublisher(Map<String, String> values) {
        List<ConfigKey> keys = PublisherConfig.SETTINGS.stream()
                .flatMap(group -> group.keys().stream())
                .toList();
        Set<String> names = keys.stream()
                .flatMap(key -> Stream.concat(Stream.of(key.name()), key.otherNames().stream()))
                .collect(Collectors.toSet());
        Set<String> firstWords = keys.stream().map(key -> firstWord(key.name())).collect(Collectors.toSet());
        Map<String, String> own = new LinkedHashMap<>();
        values.forEach((key, value) -> {
            if (names.contains(key)
                    || firstWords.contains(firstWord(key))
                    || key.startsWith("TOLLGATE_")
                    || keys.stream().anyMatch(known -> known instanceof OpenKeys<?> family && family.has(key))) {
                own.put(key, value);
            }
        });
        return own;
    }

    private static String firstWord(String key) {
        return key.split("\\.", 2)[0];
    }

    /** Secrets masked. */
    @Override
    public String toString() {
        return "GateServerConfig" + new TreeMap<>(effective);
    }
}
