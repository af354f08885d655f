package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.metrics.MeterDeclaration;
import dev.tollgate.schemas.metrics.MeterGroup;
import dev.tollgate.schemas.metrics.MeterType;
import dev.tollgate.schemas.metrics.TagDeclaration;
import dev.tollgate.schemas.micrometer.DeclaredMeters;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * The meters' names against their scheme, and the tables of docs/metrics.md, between {@code <!-- meters: ROLE -->} and
 * {@code <!-- end of meters -->}, against the declarations. {@code -Dtollgate.docs=write} writes them anew.
 */
class MetricsDocsTest {
    private static final Path DOCUMENT = Path.of("..", "docs", "metrics.md");
    private static final Pattern TABLE =
            Pattern.compile("<!-- meters: ([a-z]+) -->\n(.*?)<!-- end of meters -->", Pattern.DOTALL);
    private static final Pattern NAME =
            Pattern.compile("tollgate_(streams|sink|gateway|notify|api|gateserver|gate|publisher)(_[a-z]+)+");

    static final List<MeterGroup> GROUPS = DeclaredMetrics.GROUPS;

    @Test
    void everyTableSaysWhatTheMetersAre() throws IOException {
        Set<String> documented = new TreeSet<>();
        String text = Files.readString(DOCUMENT);
        String current = TABLE.matcher(text).replaceAll(table -> {
            documented.add(table.group(1));
            return Matcher.quoteReplacement(table(DeclaredMetrics.of(table.group(1))));
        });
        if ("write".equals(System.getProperty("tollgate.docs"))) {
            Files.writeString(DOCUMENT, current);
            text = current;
        }

        assertThat(text.equals(current))
                .as("the tables of docs/metrics.md are those of the declarations; to write them anew: mvn -pl cli -am"
                        + " test -Dtest=MetricsDocsTest -Dsurefire.failIfNoSpecifiedTests=false -Dtollgate.docs=write")
                .isTrue();
        assertThat(documented)
                .isEqualTo(GROUPS.stream().map(MeterGroup::role).collect(Collectors.toCollection(TreeSet::new)));
    }

    @ParameterizedTest
    @FieldSource("GROUPS")
    void everyNameIsRoleThenWhatThenUnit(MeterGroup group) {
        assertThat(group.meters()).isNotEmpty().allSatisfy(meter -> {
            String name = meter.prometheusName();
            assertThat(name).matches(NAME).startsWith("tollgate_" + group.role() + "_");
            String unit = "_" + meter.unit() + (meter.type() == MeterType.COUNTER ? "_total" : "");
            if (!meter.unit().equals(MeterDeclaration.FLAG)) {
                assertThat(name).endsWith(unit);
            }
            for (TagDeclaration tag : meter.tags()) {
                assertThat(tag.key()).matches("[a-z]+");
                assertThat(tag.values()).allSatisfy(value -> assertThat(value).matches("[a-z0-9_-]+"));
            }
        });
    }

    /** The names that the declarations give are those that Micrometer makes of them. */
    @ParameterizedTest
    @FieldSource("GROUPS")
    void everyMeterIsServedUnderItsName(MeterGroup group) {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        DeclaredMeters meters = new DeclaredMeters(registry);
        for (MeterDeclaration meter : group.meters()) {
            for (List<String> values : meter.series()) {
                String[] tags = values.toArray(String[]::new);
                switch (meter.type()) {
                    case COUNTER -> meters.counter(meter, tags);
                    case GAUGE -> meters.gauge(meter, () -> 1);
                    case TIMER, HISTOGRAM -> meters.timer(meter, tags);
                }
            }
        }

        assertThat(DeclaredMetrics.seriesOf(registry.scrape())).isEqualTo(DeclaredMetrics.series(List.of(group)));
    }

    private static String table(MeterGroup group) {
        StringBuilder table = new StringBuilder("<!-- meters: " + group.role() + " -->\n\n" + group.title() + ".\n\n")
                .append("| name | type | unit | tags | meaning |\n|---|---|---|---|---|\n");
        for (MeterDeclaration meter : group.meters()) {
            table.append("| `%s` | %s | %s | %s | %s |\n"
                    .formatted(
                            meter.prometheusName(),
                            type(meter),
                            meter.unit().equals(MeterDeclaration.FLAG) ? "1 or 0" : meter.unit(),
                            meter.tags().stream().map(MetricsDocsTest::tag).collect(Collectors.joining("; ")),
                            meter.help()));
        }
        return table.append("\n<!-- end of meters -->").toString();
    }

    private static String type(MeterDeclaration meter) {
        String type = meter.type().name().toLowerCase(Locale.ROOT);
        return meter.buckets().isEmpty()
                ? type
                : type + " with bounds at "
                        + meter.buckets().stream().map(MetricsDocsTest::seconds).collect(Collectors.joining(", "));
    }

    private static String seconds(Duration bound) {
        return Double.toString(bound.toMillis() / 1_000.0).replaceAll("\\.0$", "");
    }

    private static String tag(TagDeclaration tag) {
        return "`" + tag.key() + "`: "
                + tag.values().stream().map(value -> "`" + value + "`").collect(Collectors.joining(", "));
    }
}
