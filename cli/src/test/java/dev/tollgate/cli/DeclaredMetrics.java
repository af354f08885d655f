package dev.tollgate.cli;

import dev.tollgate.api.ApiMeters;
import dev.tollgate.gate.micrometer.GateMeters;
import dev.tollgate.gateserver.server.GateServerMeters;
import dev.tollgate.gateway.server.GatewayMeters;
import dev.tollgate.notify.status.NotifyMeters;
import dev.tollgate.publisher.micrometer.PublisherMeters;
import dev.tollgate.schemas.metrics.MeterDeclaration;
import dev.tollgate.schemas.metrics.MeterGroup;
import dev.tollgate.sink.status.SinkMeters;
import dev.tollgate.streams.metrics.StreamsMeters;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** The meters of all roles and libraries, and how they look on a page of Prometheus text. */
public final class DeclaredMetrics {
    public static final List<MeterGroup> GROUPS = List.of(
            StreamsMeters.GROUP,
            SinkMeters.GROUP,
            GatewayMeters.GROUP,
            NotifyMeters.GROUP,
            GateServerMeters.GROUP,
            ApiMeters.GROUP,
            GateMeters.GROUP,
            PublisherMeters.GROUP);

    private DeclaredMetrics() {}

    static MeterGroup of(String role) {
        return GROUPS.stream()
                .filter(group -> group.role().equals(role))
                .findFirst()
                .orElseThrow();
    }

    /** Every series of these groups, as a page begins its lines: {@code name} or {@code name{tag="value"}}. */
    static Set<String> series(Collection<MeterGroup> groups) {
        Set<String> series = new TreeSet<>();
        for (MeterGroup group : groups) {
            for (MeterDeclaration meter : group.meters()) {
                for (List<String> values : meter.series()) {
                    for (String name : meter.sampleNames()) {
                        series.add(name + (values.isEmpty() ? "" : "{" + tags(meter, values) + "}"));
                    }
                }
            }
        }
        return series;
    }

    private static String tags(MeterDeclaration meter, List<String> values) {
        return meter.tags().getFirst().key() + "=\"" + values.getFirst() + "\"";
    }

    /** Tollgate's series of a page, without the bounds of buckets. */
    static Set<String> seriesOf(String page) {
        return page.lines()
                .filter(line -> line.startsWith("tollgate_"))
                .map(line -> line.substring(0, line.lastIndexOf(' ')))
                .map(series -> series.replaceAll("\\{le=\"[^\"]*\"}|,le=\"[^\"]*\"", ""))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** The value of one series of a page. */
    static double value(String page, String series) {
        return page.lines()
                .filter(line -> line.startsWith(series + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no series " + series));
    }
}
