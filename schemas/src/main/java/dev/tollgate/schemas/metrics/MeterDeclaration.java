package dev.tollgate.schemas.metrics;

import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;

/**
 * One meter: {@code tollgate_<role>_<what>_<unit>} in Prometheus. Names, types, units and tags are public contract.
 *
 * <p>The last words of a name are the unit, which is what is counted ({@code rows}, {@code bytes}). Two exceptions: a
 * time is declared without its unit, because monitoring systems have their own, and Prometheus gets {@code _seconds}; a
 * flag (1 or 0) has none. Prometheus gets {@code _total} at the end of a counter's name.
 *
 * @param name words joined by dots, as Micrometer has them: {@code tollgate.sink.rows}
 * @param unit {@link #SECONDS}, {@link #FLAG}, or the things that are counted, with a dot between words
 * @param tags what tells the series of the meter apart; none for a single one
 * @param buckets upper bounds of a histogram, rising; empty for all other types
 * @param help what it means: a phrase for a table
 */
public record MeterDeclaration(
        String name, MeterType type, String unit, List<TagDeclaration> tags, List<Duration> buckets, String help) {
    /** Unit of times. */
    public static final String SECONDS = "seconds";

    /** Unit of what is 1 or 0. */
    public static final String FLAG = "";

    private static final Pattern NAME = Pattern.compile("tollgate(\\.[a-z]+){2,}");

    public MeterDeclaration {
        tags = List.copyOf(tags);
        buckets = List.copyOf(buckets);
        require(NAME.matcher(name).matches(), name, "must be tollgate.ROLE.WHAT.UNIT, lower-case words");
        boolean time = unit.equals(SECONDS);
        require(
                time || unit.equals(FLAG) || name.endsWith("." + unit),
                name,
                "must end with its unit '" + unit + "', unless that is seconds or there is none");
        require(!(time && name.endsWith(".seconds")), name, "must leave the unit of a time to the registry");
        require(!name.endsWith(".total"), name, "must leave 'total' to the registry");
        boolean timer = type == MeterType.TIMER || type == MeterType.HISTOGRAM;
        require(time == timer || type == MeterType.GAUGE, name, "must be a timer or gauge to have seconds");
        require(!unit.equals(FLAG) || type == MeterType.GAUGE, name, "must be a gauge to be a flag");
        require(buckets.isEmpty() == (type != MeterType.HISTOGRAM), name, "must have buckets if it is a histogram");
        require(!help.isBlank(), name, "must say what it means");
    }

    private static void require(boolean holds, String name, String rule) {
        if (!holds) {
            throw new IllegalArgumentException("meter " + name + " " + rule);
        }
    }

    /** Something that is counted. */
    public static MeterDeclaration counter(String name, String unit, String help, TagDeclaration... tags) {
        return new MeterDeclaration(name, MeterType.COUNTER, unit, List.of(tags), List.of(), help);
    }

    /** How much there is of something now. */
    public static MeterDeclaration gauge(String name, String unit, String help) {
        return new MeterDeclaration(name, MeterType.GAUGE, unit, List.of(), List.of(), help);
    }

    /** Durations. */
    public static MeterDeclaration timer(String name, String help, TagDeclaration... tags) {
        return new MeterDeclaration(name, MeterType.TIMER, SECONDS, List.of(tags), List.of(), help);
    }

    /** Durations, counted by how long they were. */
    public static MeterDeclaration histogram(String name, List<Duration> buckets, String help, TagDeclaration... tags) {
        return new MeterDeclaration(name, MeterType.HISTOGRAM, SECONDS, List.of(tags), buckets, help);
    }

    /** The name that Prometheus' tables and queries begin with: {@code tollgate_sink_rows_total}. */
    public String prometheusName() {
        String snake = name.replace('.', '_');
        if (unit.equals(SECONDS)) {
            return snake + "_seconds";
        }
        return type == MeterType.COUNTER ? snake + "_total" : snake;
    }

    /** The names of its samples in Prometheus: the parts of a timer are samples of their own. */
    public List<String> sampleNames() {
        String base = prometheusName();
        return switch (type) {
            case COUNTER, GAUGE -> List.of(base);
            case TIMER -> List.of(base + "_count", base + "_sum", base + "_max");
            case HISTOGRAM -> List.of(base + "_bucket", base + "_count", base + "_sum", base + "_max");
        };
    }

    /**
     * Its series: for each the values of its tags, in the order of the tags. One without values if there is no tag.
     *
     * @throws IllegalStateException if there are several tags, whose combinations nobody has needed so far
     */
    public List<List<String>> series() {
        return switch (tags.size()) {
            case 0 -> List.of(List.of());
            case 1 -> tags.get(0).values().stream().map(List::of).toList();
            default -> throw new IllegalStateException("meter " + name + " has several tags");
        };
    }

    /** Names of the tags and their values in turn, as Micrometer takes them. */
    public String[] tagsWith(List<String> values) {
        if (values.size() != tags.size()) {
            throw new IllegalArgumentException("meter " + name + " has " + tags.size() + " tags, not " + values);
        }
        String[] pairs = new String[2 * values.size()];
        for (int i = 0; i < values.size(); i++) {
            TagDeclaration tag = tags.get(i);
            if (!tag.values().contains(values.get(i))) {
                throw new IllegalArgumentException(
                        "meter " + name + " has no " + tag.key() + " '" + values.get(i) + "', but " + tag.values());
            }
            pairs[2 * i] = tag.key();
            pairs[2 * i + 1] = values.get(i);
        }
        return pairs;
    }
}
