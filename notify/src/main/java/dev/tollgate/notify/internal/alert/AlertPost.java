package dev.tollgate.notify.internal.alert;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What is said of an alert to an Alertmanager now.
 *
 * @param labels its identity
 * @param annotations figures for people
 * @param startsAt since when it holds, before {@code endsAt}
 * @param endsAt when it is over unless it is sent again; now or before if it has ended
 */
public record AlertPost(
        SortedMap<String, String> labels, SortedMap<String, String> annotations, Instant startsAt, Instant endsAt) {
    private static final Duration TEST_HOLDS = Duration.ofMinutes(1);

    /** An alert that says nothing, to try an endpoint with. */
    public static AlertPost test(String endpoint, Instant now) {
        return new AlertPost(
                new TreeMap<>(Map.of("alertname", "TollgateTest", "endpoint", endpoint, "severity", "info")),
                new TreeMap<>(Map.of("summary", "an alert to try the way to this Alertmanager")),
                now,
                now.plus(TEST_HOLDS));
    }
}
