package dev.tollgate.gateway.internal.layout;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the records of a file look like, by name. */
public enum LogFormat {
    /**
     * A JSON object a line: plain events, CloudEvents (told by their {@code specversion}), or anything with a mapping.
     */
    JSON_LINES(Map.of(), "ms", "ms"),
    /** RFC 4180 with a header record. */
    CSV(Map.of(), "ms", "ms"),
    /** Common or combined log format of nginx and Apache, with fields behind; {@code access-log} is the same. */
    COMBINED(Presets.SERVER_LOG, "ms", "ms"),
    /** The same with the virtual host in front. */
    VHOST_COMBINED(Presets.SERVER_LOG, "ms", "ms"),
    /** Access log of Caddy: JSON. */
    CADDY(
            Map.of(
                    "account_id", "{user_id}",
                    "endpoint", "{request.method} {request.uri}",
                    "occurred_at", "{ts}",
                    "outcome", "{status}",
                    "duration_ms", "{duration}"),
            "s",
            "s"),
    /** Access log of Traefik in JSON. */
    TRAEFIK(
            Map.of(
                    "account_id", "{ClientUsername}",
                    "endpoint", "{RequestMethod} {RequestPath}",
                    "occurred_at", "{time}",
                    "outcome", "{DownstreamStatus}",
                    "duration_ms", "{Duration}"),
            "ms",
            "ns"),
    /** Access log of AWS Application Load Balancers, which names no account: a mapping does. */
    ALB(
            Map.of(
                    "endpoint", "{method} {path}",
                    "occurred_at", "{time}",
                    "outcome", "{outcome}",
                    "duration_ms", "{target_processing_time}"),
            "ms",
            "s"),
    /** W3C extended log format of IIS. */
    IIS(Presets.with(Presets.SERVER_LOG, "duration_ms", "{time-taken}"), "ms", "ms"),
    /** A layout as the server's configuration has it. */
    LAYOUT(Presets.SERVER_LOG, "ms", "ms");

    private static final String ALB_LAYOUT = "$type $time_iso8601 $elb $client $target $request_processing_time"
            + " $target_processing_time $response_processing_time $status $target_status $request_length $bytes_sent"
            + " \"$request\" \"$http_user_agent\" $ssl_cipher $ssl_protocol $target_group_arn \"$trace_id\""
            + " \"$domain_name\" \"$chosen_cert_arn\" $matched_rule_priority $request_creation_time";

    private final Map<String, String> fields;
    private final String timeUnit;
    private final String durationUnit;

    LogFormat(Map<String, String> fields, String timeUnit, String durationUnit) {
        this.fields = fields;
        this.timeUnit = timeUnit;
        this.durationUnit = durationUnit;
    }

    /** Field of the event to template, where nothing else is said; empty where each file has its own. */
    public Map<String, String> fields() {
        return fields;
    }

    /** Unit of a time that is a number. */
    public String timeUnit() {
        return timeUnit;
    }

    /** Unit of durations. */
    public String durationUnit() {
        return durationUnit;
    }

    /** Whether each record is a JSON object. */
    public boolean isJson() {
        return this == JSON_LINES || this == CADDY || this == TRAEFIK;
    }

    /** Whether {@code -} in JSON stands for what is missing. */
    public boolean isDashMissing() {
        return this == CADDY || this == TRAEFIK;
    }

    /**
     * What takes the lines of a file apart; null for JSON and CSV, which have parsers of their own.
     *
     * @param text the layout of {@link #LAYOUT}
     * @param mustAgreeOnExtras as {@link CombinedLayout} has it
     * @throws IllegalArgumentException if the text is no layout
     */
    public @Nullable RecordLayout layout(String text, boolean mustAgreeOnExtras) {
        return switch (this) {
            case JSON_LINES, CSV, CADDY, TRAEFIK -> null;
            case COMBINED -> new CombinedLayout(false, mustAgreeOnExtras);
            case VHOST_COMBINED -> new CombinedLayout(true, mustAgreeOnExtras);
            case ALB -> TextLayout.open(ALB_LAYOUT);
            case IIS -> new W3cLayout();
            case LAYOUT -> TextLayout.of(text);
        };
    }

    /** The format of a name, or {@link #LAYOUT} for the text of one; null if it is neither. */
    public static @Nullable LogFormat of(String text) {
        String name = text.strip().toLowerCase(Locale.ROOT);
        if (name.equals("access-log")) {
            return COMBINED;
        }
        for (LogFormat format : values()) {
            if (format != LAYOUT && format.text().equals(name)) {
                return format;
            }
        }
        return TextLayout.isLayout(text) ? LAYOUT : null;
    }

    /** The outcome that a status of 100 to 599 stands for. */
    public static String outcome(String status) {
        return CommonFields.outcome(status);
    }

    /** Its name as people write it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** All names, for a message. */
    public static String names() {
        List<String> names = new ArrayList<>();
        for (LogFormat format : values()) {
            if (format != LAYOUT) {
                names.add(format.text());
            }
        }
        return String.join(", ", names)
                + ", or a layout such as '$remote_addr - $remote_user [$time_local] \"$request\""
                + " $status' (nginx) or '%h %l %u %t \"%r\" %>s' (Apache)";
    }

    /** Constants of an enum cannot look at its own static fields. */
    private static final class Presets {
        static final Map<String, String> SERVER_LOG = Map.of(
                "account_id", "{remote_user}",
                "endpoint", "{method} {path}",
                "occurred_at", "{time}",
                "outcome", "{outcome}");

        static Map<String, String> with(Map<String, String> fields, String name, String template) {
            Map<String, String> more = new java.util.HashMap<>(fields);
            more.put(name, template);
            return Map.copyOf(more);
        }
    }
}
