package dev.tollgate.notify.internal.alert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What an Alertmanager makes of posts, by its documented rules: labels identify an alert, a later post of the same
 * labels takes the place of the one before, an alert is active until its {@code endsAt}, and nothing survives a
 * restart. Reads bodies, and shares nothing with what writes them.
 */
final class FakeAlertmanager {
    private record Alert(Instant startsAt, Instant endsAt) {}

    private final Map<Map<String, String>, Alert> alerts = new HashMap<>();
    private final Set<String> fired = new TreeSet<>();
    private int posts;

    void post(byte[] body, Instant now) {
        posts++;
        JsonNode all;
        try {
            all = new ObjectMapper().readTree(body);
        } catch (IOException e) {
            throw new AssertionError("no JSON", e);
        }
        if (!all.isArray()) {
            throw new AssertionError("not a list of alerts: " + all);
        }
        for (JsonNode one : all) {
            Map<String, String> labels = new TreeMap<>();
            one.get("labels").properties().forEach(label -> {
                if (!label.getKey().matches("[a-zA-Z_][a-zA-Z0-9_]*")) {
                    throw new AssertionError("no label name: " + label.getKey());
                }
                if (!label.getValue().asText().isEmpty()) {
                    labels.put(label.getKey(), label.getValue().asText());
                }
            });
            if (!labels.containsKey("alertname")) {
                throw new AssertionError("no alertname: " + one);
            }
            Alert alert = new Alert(
                    Instant.parse(one.get("startsAt").asText()),
                    Instant.parse(one.get("endsAt").asText()));
            if (!alert.startsAt().isBefore(alert.endsAt())) {
                throw new AssertionError("start time must be before end time: " + one);
            }
            alerts.put(labels, alert);
            if (alert.endsAt().isAfter(now)) {
                fired.add(name(labels));
            }
        }
    }

    void restart() {
        alerts.clear();
    }

    /** Account, limit, kind and threshold of what it shows. */
    Set<String> active(Instant now) {
        Set<String> active = new TreeSet<>();
        alerts.forEach((labels, alert) -> {
            if (alert.endsAt().isAfter(now)) {
                active.add(name(labels));
            }
        });
        return active;
    }

    /** What it has ever shown. */
    Set<String> fired() {
        return fired;
    }

    /** Identities that it has got. */
    int known() {
        return alerts.size();
    }

    int posts() {
        return posts;
    }

    private static String name(Map<String, String> labels) {
        return String.join(
                        " ",
                        labels.get("account"),
                        labels.getOrDefault("limit", "-"),
                        labels.get("kind"),
                        labels.getOrDefault("threshold", ""))
                .trim();
    }
}
