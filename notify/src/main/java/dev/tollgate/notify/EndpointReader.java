package dev.tollgate.notify;

import dev.tollgate.notify.NotifySettings.From;
import dev.tollgate.notify.NotifySettings.Superseded;
import dev.tollgate.notify.internal.alert.SnapshotAlerts;
import dev.tollgate.notify.internal.body.MessageFormat;
import dev.tollgate.notify.internal.body.PagerDutyBody;
import dev.tollgate.notify.internal.http.WebhookSecret;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.config.OpenKeys;
import dev.tollgate.schemas.config.SettingsReader;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads the endpoints; problems are noted in the settings' reader. */
final class EndpointReader {
    private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,39}");
    private static final BigDecimal BASIS_POINTS = BigDecimal.valueOf(100);

    private final SettingsReader settings;
    private final Map<String, String> urls;
    private final Map<String, EndpointKind> endpointKinds;
    private final Map<String, List<String>> secrets;
    private final Map<String, List<String>> kinds;
    private final Map<String, List<String>> plans;
    private final Map<String, List<String>> accounts;
    private final Map<String, List<String>> limits;
    private final Map<String, List<String>> thresholds;
    private final Map<String, MessageFormat> formats;
    private final Map<String, String> routingKeys;
    private final Map<String, Superseded> superseded;
    private final Map<String, From> froms;

    private EndpointReader(SettingsReader settings) {
        this.settings = settings;
        urls = settings.all(NotifySettings.URL);
        endpointKinds = settings.all(NotifySettings.KIND);
        secrets = settings.all(NotifySettings.SECRETS);
        kinds = settings.all(NotifySettings.KINDS);
        plans = settings.all(NotifySettings.PLANS);
        accounts = settings.all(NotifySettings.ACCOUNTS);
        limits = settings.all(NotifySettings.LIMITS);
        thresholds = settings.all(NotifySettings.THRESHOLDS);
        formats = settings.all(NotifySettings.FORMAT);
        routingKeys = settings.all(NotifySettings.ROUTING_KEY);
        superseded = settings.all(NotifySettings.SUPERSEDED);
        froms = settings.all(NotifySettings.FROM);
    }

    static List<Endpoint> read(SettingsReader settings) {
        return new EndpointReader(settings).endpoints();
    }

    private List<Endpoint> endpoints() {
        Set<String> names = Stream.of(
                        urls,
                        endpointKinds,
                        secrets,
                        kinds,
                        plans,
                        accounts,
                        limits,
                        thresholds,
                        formats,
                        routingKeys,
                        superseded,
                        froms)
                .flatMap(values -> values.keySet().stream())
                .collect(Collectors.toCollection(TreeSet::new));
        List<Endpoint> endpoints = new ArrayList<>();
        for (String name : names) {
            if (!NAME.matcher(name).matches()) {
                settings.problem(
                        "notify.endpoint." + name + ".* must have up to 40 lower-case letters, digits or '-' as"
                                + " NAME, beginning with a letter or digit");
                continue;
            }
            URI url = url(name);
            EndpointKind kind = endpointKinds.getOrDefault(name, EndpointKind.WEBHOOK);
            MessageFormat format = formats.getOrDefault(name, MessageFormat.WEBHOOK);
            boolean signed = kind == EndpointKind.WEBHOOK && format.isSigned();
            if (kind == EndpointKind.ALERTMANAGER) {
                rejectWebhookKeys(name);
            } else if (!signed) {
                rejectSecrets(name, format);
            }
            String routingKey = kind == EndpointKind.WEBHOOK ? routingKey(name, format) : "";
            List<WebhookSecret> keys = signed ? secrets(name) : List.of();
            EventFilter filter = new EventFilter(
                    kinds(name, kind, format),
                    Set.copyOf(named(plans, NotifySettings.PLANS, name)),
                    named(accounts, NotifySettings.ACCOUNTS, name),
                    Set.copyOf(named(limits, NotifySettings.LIMITS, name)),
                    thresholds(name));
            if (url != null && routingKey != null && (!signed || !keys.isEmpty())) {
                endpoints.add(new Endpoint(
                        name,
                        kind,
                        url,
                        keys,
                        filter,
                        format,
                        routingKey,
                        superseded.getOrDefault(name, Superseded.SEND) == Superseded.DROP,
                        froms.getOrDefault(name, From.NOW) == From.BEGINNING));
            }
        }
        return endpoints;
    }

    /** An Alertmanager has no use for them, and whoever sets one expects something that does not happen. */
    private void rejectWebhookKeys(String name) {
        rejectFor(secrets, NotifySettings.SECRETS, name);
        rejectFor(formats, NotifySettings.FORMAT, name);
        rejectFor(routingKeys, NotifySettings.ROUTING_KEY, name);
        rejectFor(superseded, NotifySettings.SUPERSEDED, name);
        rejectFor(froms, NotifySettings.FROM, name);
    }

    private void rejectFor(Map<String, ?> values, OpenKeys<?> family, String name) {
        if (values.containsKey(name)) {
            settings.problem(key(family, name) + " is for webhooks, and the endpoint is an Alertmanager");
        }
    }

    private void rejectSecrets(String name, MessageFormat format) {
        if (secrets.containsKey(name)) {
            settings.problem(key(NotifySettings.SECRETS, name) + " signs nothing: messages of format "
                    + format.name().toLowerCase(Locale.ROOT) + " have no signature");
        }
    }

    /** The integration's key where one is needed, else empty; null if it is missing. */
    private @Nullable String routingKey(String name, MessageFormat format) {
        String found = routingKeys.get(name);
        String key = key(NotifySettings.ROUTING_KEY, name);
        if (format != MessageFormat.PAGERDUTY) {
            if (found != null) {
                settings.problem(key + " is for the format pagerduty");
            }
            return "";
        }
        if (found == null) {
            settings.problem(key + " is missing: it is the integration key of an Events API v2 integration of the"
                    + " PagerDuty service");
        }
        return found;
    }

    private @Nullable URI url(String name) {
        String key = key(NotifySettings.URL, name);
        String text = urls.get(name);
        if (text == null) {
            settings.problem(key + " is missing");
            return null;
        }
        try {
            URI url = new URI(text);
            boolean http = "http".equalsIgnoreCase(url.getScheme()) || "https".equalsIgnoreCase(url.getScheme());
            if (http && url.getHost() != null && url.getRawUserInfo() == null && url.getRawFragment() == null) {
                return url;
            }
        } catch (URISyntaxException e) {
            // Told below, without the text: it may hold a secret.
        }
        settings.problem(key + " must be a URL such as https://example.org/hooks, with http or https, without user,"
                + " password and fragment");
        return null;
    }

    private List<WebhookSecret> secrets(String name) {
        String key = key(NotifySettings.SECRETS, name);
        List<String> texts = secrets.getOrDefault(name, List.of());
        if (texts.isEmpty()) {
            settings.problem(key + " is missing: make one with"
                    + " `echo whsec_$(head -c 32 /dev/urandom | base64)` and give it to the receiver");
            return List.of();
        }
        List<WebhookSecret> keys = new ArrayList<>();
        for (String text : texts) {
            try {
                keys.add(WebhookSecret.parse(text));
            } catch (IllegalArgumentException e) {
                settings.problem(key + ": " + e.getMessage());
            }
        }
        return keys;
    }

    private Set<LimitEventKind> kinds(String name, EndpointKind endpoint, MessageFormat format) {
        Set<LimitEventKind> allowed = EnumSet.complementOf(EnumSet.of(LimitEventKind.UNKNOWN));
        if (endpoint == EndpointKind.ALERTMANAGER) {
            allowed.retainAll(SnapshotAlerts.KINDS);
        } else if (format == MessageFormat.PAGERDUTY) {
            allowed.retainAll(PagerDutyBody.KINDS);
        }
        Set<LimitEventKind> found = EnumSet.noneOf(LimitEventKind.class);
        for (String text : named(kinds, NotifySettings.KINDS, name)) {
            Optional<LimitEventKind> kind = allowed.stream()
                    .filter(one ->
                            one.name().equals(text.toUpperCase(Locale.ROOT).replace('-', '_')))
                    .findFirst();
            kind.ifPresentOrElse(
                    found::add,
                    () -> settings.problem(key(NotifySettings.KINDS, name) + " must be of "
                            + allowed.stream().map(Enum::name).collect(Collectors.joining(", ")) + ", was '" + text
                            + "'"));
        }
        return found.isEmpty() && endpoint == EndpointKind.WEBHOOK && format == MessageFormat.PAGERDUTY
                ? allowed
                : found;
    }

    private Set<Integer> thresholds(String name) {
        Set<Integer> found = new TreeSet<>();
        for (String text : named(thresholds, NotifySettings.THRESHOLDS, name)) {
            try {
                int basisPoints = new BigDecimal(text).multiply(BASIS_POINTS).intValueExact();
                if (basisPoints < 1 || basisPoints > 10_000) {
                    throw new ArithmeticException("out of range");
                }
                found.add(basisPoints);
            } catch (NumberFormatException | ArithmeticException e) {
                settings.problem(key(NotifySettings.THRESHOLDS, name)
                        + " must be percentages from 0.01 to 100 with up to two decimals, was '" + text + "'");
            }
        }
        return found;
    }

    /** A filter that was emptied would let everything pass, the opposite of what whoever emptied it expects. */
    private List<String> named(Map<String, List<String>> values, OpenKeys<?> family, String name) {
        List<String> found = values.get(name);
        if (found != null && found.isEmpty()) {
            settings.problem(key(family, name) + " must name at least one, or be left out");
        }
        return found == null ? List.of() : found;
    }

    private static String key(OpenKeys<?> family, String name) {
        return family.prefix() + name + family.suffix();
    }
}
