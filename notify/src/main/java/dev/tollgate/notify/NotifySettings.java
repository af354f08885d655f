package dev.tollgate.notify;

import dev.tollgate.notify.internal.body.MessageFormat;
import dev.tollgate.notify.internal.lane.RetryTable;
import dev.tollgate.schemas.config.Durations;
import dev.tollgate.schemas.config.OpenKeys;
import dev.tollgate.schemas.config.Setting;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.config.SettingType;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The keys of the notifying role. */
final class NotifySettings {
    private static final String PREFIX = "notify.endpoint.";

    static final OpenKeys<String> URL = endpoint(
            ".url",
            SettingType.text(),
            "where the messages of endpoint NAME go, `https://...`; of an Alertmanager its address, to which"
                    + " `/api/v2/alerts` is added",
            false);

    static final OpenKeys<EndpointKind> KIND = endpoint(
            ".kind",
            SettingType.choice(EndpointKind.class),
            "`webhook` (the default): each limit event once; `alertmanager`: what holds by `limit-state`, as alerts",
            false);

    static final OpenKeys<List<String>> SECRETS = endpoint(
            ".secrets",
            SettingType.list(),
            "comma-separated secrets to sign with, `whsec_...`; every message has a signature by each, so that one can"
                    + " be exchanged for another; not for an Alertmanager, Slack or PagerDuty",
            true);

    static final OpenKeys<List<String>> KINDS =
            endpoint(".filter.kinds", SettingType.list(), "comma-separated kinds of limit events; unset: all", false);

    static final OpenKeys<List<String>> PLANS =
            endpoint(".filter.plans", SettingType.list(), "comma-separated plan ids; unset: all", false);

    static final OpenKeys<List<String>> ACCOUNTS = endpoint(
            ".filter.accounts",
            SettingType.list(),
            "comma-separated account ids, or prefixes that end in `*`; unset: all",
            false);

    static final OpenKeys<List<String>> LIMITS = endpoint(
            ".filter.limits",
            SettingType.list(),
            "comma-separated limit ids; leaves out events that are about no limit; unset: all",
            false);

    static final OpenKeys<List<String>> THRESHOLDS = endpoint(
            ".filter.thresholds",
            SettingType.list(),
            "comma-separated thresholds in percent of the amount that is used, such as `80,95`: of alerts and their"
                    + " ends those alone; unset: all",
            false);

    static final OpenKeys<MessageFormat> FORMAT = endpoint(
            ".format",
            SettingType.choice(MessageFormat.class),
            "`webhook` (Standard Webhooks; the default), `cloudevents` (1.0, binary mode), `slack` (incoming webhook)"
                    + " or `pagerduty` (Events API v2)",
            false);

    static final OpenKeys<String> ROUTING_KEY = endpoint(
            ".routing-key",
            SettingType.text(Pattern.compile("[A-Za-z0-9]{32}"), "32 letters and digits"),
            "integration key of a PagerDuty service; for that format alone",
            true);

    static final OpenKeys<Superseded> SUPERSEDED = endpoint(
            ".superseded",
            SettingType.choice(Superseded.class),
            "what becomes of an alert or block that has ended before it could be sent: `send` (the default), or `drop`"
                    + " to send its end alone",
            false);

    static final OpenKeys<From> FROM = endpoint(
            ".from",
            SettingType.choice(From.class),
            "where a new endpoint begins: `now` (the default), or `beginning` for all that the log still has",
            false);

    static final Setting<List<Duration>> RETRY_WAITS = Setting.of(
            "notify.retry.waits",
            SettingType.of(
                    "1 to 20 durations from 10ms to 7d with commas between, such as 5s,5m,30m",
                    "1 to 20 durations",
                    NotifySettings::waits,
                    waits -> waits.stream().map(Durations::text).collect(Collectors.joining(","))),
            RetryTable.STANDARD.waits(),
            "waits after the first failed attempt, the second, and so on; the last one holds for all further ones");

    static final Setting<Duration> MAX_AGE = Setting.of(
            "notify.max-age",
            SettingType.duration("1s", "30d"),
            Duration.ofDays(3),
            "how long after its event a message is tried again; then it has expired and the account's next one"
                    + " follows");

    static final Setting<Duration> REQUEST_TIMEOUT = Setting.of(
            "notify.request-timeout",
            SettingType.duration("1s", "30s"),
            Duration.ofSeconds(20),
            "for a receiver to answer, all in all");

    static final Setting<Integer> PARALLEL = Setting.of(
            "notify.parallel",
            SettingType.integer(1, 1_000),
            16,
            "requests at the same time to one endpoint; of an account there is one at most");

    static final Setting<Integer> MAX_PENDING = Setting.of(
            "notify.max-pending",
            SettingType.integer(1, 1_000_000),
            10_000,
            "events of a partition that wait for one endpoint at most; no more of it are read until half are done");

    static final Setting<List<String>> ALLOWED_NETWORKS = Setting.of(
            "notify.allowed-networks",
            SettingType.list(),
            List.of(),
            "comma-separated addresses and ranges that may be reached although they are not public, such as"
                    + " `10.1.0.0/16`");

    static final Setting<Optional<String>> INSTANCE_ID = Setting.optional(
            "notify.instance-id",
            SettingType.text(Pattern.compile("[A-Za-z0-9._-]{1,100}"), "up to 100 letters, digits, '.', '_' or '-'"),
            "name of this process that it keeps over restarts, such as the name of its pod: a restart takes its"
                    + " partitions back at once instead of after 10 s. No two processes may have the same");

    static final Setting<String> SOURCE = Setting.of(
            "notify.cloudevents-source",
            SettingType.text(Pattern.compile("[!-~]{1,200}"), "a URI or path of up to 200 characters, without spaces"),
            "tollgate",
            "`source` of CloudEvents");

    static final Setting<Duration> RESEND_INTERVAL = Setting.of(
            "notify.alertmanager.resend-interval",
            SettingType.duration("1s", "10m"),
            Duration.ofMinutes(1),
            "how often an alert that holds is sent again; it ends by itself four times as long after it was last sent");

    static final Setting<Optional<String>> GENERATOR_URL = Setting.optional(
            "notify.alertmanager.generator-url",
            SettingType.text(),
            "link of each alert, such as `https://usage.example.org/accounts/{account}?limit={limit}`; in braces:"
                    + " `account`, `plan`, `limit`, `meter`, `scope`, `scope_key` or `kind`");

    static final SettingGroup GROUP = SettingGroup.of(
            "notify",
            "Notifications (tollgate notify)",
            URL,
            KIND,
            SECRETS,
            KINDS,
            PLANS,
            ACCOUNTS,
            LIMITS,
            THRESHOLDS,
            FORMAT,
            ROUTING_KEY,
            SUPERSEDED,
            FROM,
            RETRY_WAITS,
            MAX_AGE,
            REQUEST_TIMEOUT,
            PARALLEL,
            MAX_PENDING,
            ALLOWED_NETWORKS,
            INSTANCE_ID,
            SOURCE,
            RESEND_INTERVAL,
            GENERATOR_URL);

    private NotifySettings() {}

    /** What becomes of an alert or block that has ended before it could be sent. */
    enum Superseded {
        SEND,
        DROP
    }

    /** Where a new endpoint begins. */
    enum From {
        NOW,
        BEGINNING
    }

    private static <T> OpenKeys<T> endpoint(String suffix, SettingType<T> type, String doc, boolean secret) {
        return new OpenKeys<>(PREFIX, "NAME", suffix, name -> true, type, doc, secret);
    }

    private static List<Duration> waits(String text) {
        List<Duration> waits = Arrays.stream(text.split(",", -1))
                .map(String::trim)
                .map(Durations::parse)
                .toList();
        boolean allowed = waits.size() <= 20
                && waits.stream()
                        .allMatch(wait ->
                                wait.compareTo(Duration.ofMillis(10)) >= 0 && wait.compareTo(Duration.ofDays(7)) <= 0);
        if (!allowed) {
            throw new IllegalArgumentException("not allowed");
        }
        return waits;
    }
}
