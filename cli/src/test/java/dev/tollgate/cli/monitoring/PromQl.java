package dev.tollgate.cli.monitoring;

import dev.tollgate.cli.DeclaredMetrics;
import dev.tollgate.schemas.metrics.MeterDeclaration;
import dev.tollgate.schemas.metrics.MeterGroup;
import dev.tollgate.schemas.metrics.TagDeclaration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What an expression asks for, held to the declarations of the meters. */
final class PromQl {
    /** Names that Prometheus or Kafka give and these files rest on. */
    private static final Set<String> OTHERS = Set.of(
            "up",
            "jvm_memory_used_bytes",
            "jvm_memory_max_bytes",
            "process_cpu_usage",
            "kafka_stream_alive_stream_threads",
            "kafka_consumer_fetch_manager_records_lag_max");

    private static final Set<String> WORDS = Set.of(
            "sum", "max", "min", "rate", "increase", "delta", "histogram_quantile", "by", "and", "or", "clamp_min");

    private static final Set<String> TARGET_LABELS = Set.of("job", "instance", "le");

    private static final Pattern SELECTOR = Pattern.compile("([a-z_]+)\\{([^}]*)}");
    private static final Pattern MATCHER = Pattern.compile("\\s*([a-z_]+)\\s*(=~|!~|!=|=)\\s*\"([^\"]*)\"\\s*");
    private static final Pattern GROUPING = Pattern.compile("\\bby \\(([^)]*)\\)");
    private static final Pattern NAME = Pattern.compile("[a-zA-Z_:][a-zA-Z0-9_:]*");

    private PromQl() {}

    /** What does not exist in it: metrics, labels, values of labels. Empty if all do. */
    static List<String> problems(String expression) {
        List<String> problems = new ArrayList<>();
        Set<String> labels = new HashSet<>(TARGET_LABELS);
        String rest = expression;
        for (Matcher selector = SELECTOR.matcher(expression); selector.find(); ) {
            for (String part : selector.group(2).split(",")) {
                Matcher matcher = MATCHER.matcher(part);
                if (!matcher.matches()) {
                    problems.add("matcher " + part);
                } else {
                    checkMatcher(selector.group(1), matcher.group(1), matcher.group(3), problems);
                }
            }
        }
        rest = SELECTOR.matcher(rest).replaceAll("$1");
        List<String> grouped = new ArrayList<>();
        for (Matcher grouping = GROUPING.matcher(rest); grouping.find(); ) {
            grouped.addAll(Arrays.asList(grouping.group(1).split("\\s*,\\s*")));
        }
        rest = GROUPING.matcher(rest).replaceAll("").replaceAll("\\[[^]]*]", "").replaceAll("\"[^\"]*\"", "");
        int metrics = 0;
        for (Matcher name = NAME.matcher(rest); name.find(); ) {
            if (WORDS.contains(name.group())) {
                continue;
            }
            metrics++;
            MeterDeclaration meter = declared(name.group());
            if (meter != null) {
                meter.tags().forEach(tag -> labels.add(tag.key()));
            } else if (!OTHERS.contains(name.group())) {
                problems.add("metric " + name.group());
            }
        }
        if (metrics == 0) {
            problems.add("no metric");
        }
        grouped.stream().filter(label -> !labels.contains(label)).forEach(label -> problems.add("label " + label));
        return problems;
    }

    private static void checkMatcher(String metric, String label, String values, List<String> problems) {
        if (TARGET_LABELS.contains(label)) {
            return;
        }
        MeterDeclaration meter = declared(metric);
        TagDeclaration tag = meter == null
                ? null
                : meter.tags().stream()
                        .filter(one -> one.key().equals(label))
                        .findFirst()
                        .orElse(null);
        if (tag == null) {
            problems.add("label " + label + " of " + metric);
            return;
        }
        for (String value : values.split("\\|")) {
            if (!tag.values().contains(value)) {
                problems.add("value " + value + " of " + label + " of " + metric);
            }
        }
    }

    private static @Nullable MeterDeclaration declared(String sample) {
        for (MeterGroup group : DeclaredMetrics.GROUPS) {
            for (MeterDeclaration meter : group.meters()) {
                if (meter.sampleNames().contains(sample)) {
                    return meter;
                }
            }
        }
        return null;
    }
}
