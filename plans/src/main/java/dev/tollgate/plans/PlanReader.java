package dev.tollgate.plans;

import dev.tollgate.planmodel.pricing.EndpointPattern;
import dev.tollgate.planmodel.time.ShortDuration;
import dev.tollgate.planmodel.time.WindowAnchor;
import dev.tollgate.planmodel.time.WindowCalendar;
import dev.tollgate.planmodel.time.WindowLength;
import dev.tollgate.planmodel.time.WindowUnit;
import dev.tollgate.plans.yaml.YamlNode;
import dev.tollgate.plans.yaml.YamlPath;
import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.Cost;
import dev.tollgate.schemas.avro.Dimension;
import dev.tollgate.schemas.avro.EndpointCost;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.Meter;
import dev.tollgate.schemas.avro.Mode;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.PerCallCap;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.avro.Threshold;
import dev.tollgate.schemas.avro.ThresholdKind;
import dev.tollgate.schemas.plan.WindowTranslator;
import java.math.BigDecimal;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Turns the tree of a plan file into plans.
 *
 * <p>Values are checked one by one here, and against each other in {@link PlanChecks}. Parts with a problem of their
 * own are left out of the comparison with others, so that one slip is one problem.
 */
final class PlanReader {
    private static final List<String> FILE_KEYS = List.of("plans");
    private static final List<String> PLAN_KEYS =
            List.of("id", "title", "description", "time_zone", "anchor", "versions");
    private static final List<String> ANCHOR_KEYS = List.of("month", "day", "weekday", "hour");
    private static final List<String> VERSION_KEYS = List.of(
            "version", "effective_from", "notice_period", "meters", "limits", "per_call_caps", "charged_outcomes");
    private static final List<String> METER_KEYS = List.of("unit", "default", "endpoints");
    private static final List<String> COST_KEYS = List.of("base", "per_unit", "unit_size");
    private static final List<String> LIMIT_KEYS = List.of(
            "id",
            "meter",
            "amount",
            "algorithm",
            "window",
            "period",
            "lease",
            "scope",
            "mode",
            "thresholds",
            "grace",
            "bucket");
    private static final List<String> CAP_KEYS = List.of("endpoint", "dimension", "max");

    private static final String COST_RULE = "must be a whole number from 0 to " + Rules.MAX_COST
            + ", or a mapping with the keys " + String.join(", ", COST_KEYS);

    private static final Map<String, Algorithm> ALGORITHMS = words(Algorithm.values(), Algorithm.UNKNOWN);
    private static final Map<String, Integer> WEEKDAYS = Arrays.stream(DayOfWeek.values())
            .collect(
                    LinkedHashMap::new,
                    (map, day) -> map.put(day.name().toLowerCase(Locale.ROOT), day.getValue()),
                    Map::putAll);
    private static final Map<String, Scope> SCOPES = words(Scope.values(), Scope.UNKNOWN);
    private static final Map<String, Mode> MODES = words(Mode.values(), Mode.UNKNOWN);
    private static final Map<String, Dimension> DIMENSIONS = words(Dimension.values(), Dimension.UNKNOWN);
    private static final Map<String, Outcome> OUTCOMES = words(Outcome.values(), Outcome.UNKNOWN);

    private static final String WINDOW_RULE = "must be a window such as minute, 15 minutes, 10s, day, 2 weeks, month or"
            + " year: second, minute, hour, day, week, month or year, with a number before it where there are several,"
            + " at most ten years";
    private static final List<String> WINDOW_WORDS =
            Arrays.stream(WindowUnit.values()).map(WindowUnit::word).toList();
    private static final String TIME_ZONE_RULE =
            "must be a region of the IANA time zone database such as Europe/Berlin, or UTC";

    private static final Pattern THRESHOLD =
            Pattern.compile("(remaining below )?((?:100|[1-9][0-9]?)(?:\\.[0-9]{1,2})?)%");
    private static final String THRESHOLD_RULE = "must be a used share such as 90%, or a rest such as"
            + " 'remaining below 20%', from 1% to 100% with at most two decimals";
    private static final List<Threshold> DEFAULT_THRESHOLDS = dev.tollgate.planmodel.Limit.DEFAULT_THRESHOLDS.stream()
            .map(threshold ->
                    new Threshold(ThresholdKind.valueOf(threshold.kind().name()), threshold.basisPoints()))
            .toList();
    private static final Comparator<Threshold> BY_USED_SHARE = Comparator.comparing(PlanReader::modelOf);

    private final Problems problems;

    PlanReader(Problems problems) {
        this.problems = problems;
    }

    /** The plans of a file. Only usable if no error was reported. */
    List<Plan> read(YamlNode root) {
        Fields file = Fields.of(root, "", problems, FILE_KEYS);
        if (file == null) {
            return List.of();
        }
        List<YamlNode> items = file.list("plans", true, 1, Rules.MAX_PLANS, "plans");
        List<Plan> plans = new ArrayList<>();
        Map<String, Integer> seen = new HashMap<>();
        for (int i = 0; i < items.size(); i++) {
            Fields fields = Fields.of(items.get(i), YamlPath.item("plans", i), problems, PLAN_KEYS);
            if (fields == null) {
                continue;
            }
            Plan plan = plan(fields);
            if (plan.getPlanId() != null) {
                Integer earlier = seen.putIfAbsent(plan.getPlanId(), i);
                if (earlier != null) {
                    fields.error(
                            "id",
                            "must be unique, but " + YamlPath.item("plans", earlier) + " has it too",
                            "'" + plan.getPlanId() + "'");
                }
            }
            plans.add(plan);
        }
        return plans;
    }

    private Plan plan(Fields fields) {
        Plan plan = new Plan();
        String id = fields.text("id", Rules.IDENTIFIER);
        if (Rules.RESERVED_PLAN_ID.equals(id)) {
            fields.error("id", "must be another one: this is the built-in plan of accounts without a plan", "'none'");
        }
        plan.setPlanId(id);
        plan.setTitle(fields.text("title", Rules.TITLE));
        plan.setDescription(fields.text("description", Rules.DESCRIPTION, ""));
        WindowCalendar calendar = calendar(fields);
        plan.setVersions(new ArrayList<>());
        List<YamlNode> items = fields.list("versions", true, 1, Rules.MAX_VERSIONS, "versions");
        List<PlanChecks.LocatedVersion> versions = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            Fields versionFields =
                    Fields.of(items.get(i), YamlPath.item(fields.path("versions"), i), problems, VERSION_KEYS);
            if (versionFields != null) {
                PlanChecks.LocatedVersion version = version(versionFields, id, calendar);
                plan.getVersions().add(version.version());
                versions.add(version);
                PlanChecks.withinVersion(version);
            }
        }
        PlanChecks.acrossVersions(versions);
        PlanChecks.warnAboutCalendar(fields, versions);
        return plan;
    }

    /** What the windows of a plan follow; UTC where that is wrong. */
    private WindowCalendar calendar(Fields plan) {
        String timeZone = WindowCalendar.UTC_ZONE;
        YamlNode zone = plan.value("time_zone", false, TIME_ZONE_RULE);
        if (zone instanceof YamlNode.Scalar scalar && WindowCalendar.isTimeZone(scalar.text())) {
            timeZone = scalar.text();
        } else if (zone != null) {
            String hint = zone instanceof YamlNode.Scalar scalar
                    ? Suggestions.hint(scalar.text(), new TreeSet<>(WindowCalendar.timeZones()))
                    : "";
            plan.error("time_zone", TIME_ZONE_RULE + hint, zone.describe());
        }
        return new WindowCalendar(timeZone, anchor(plan));
    }

    private WindowAnchor anchor(Fields plan) {
        WindowAnchor preset = WindowAnchor.DEFAULT;
        YamlNode node = plan.value("anchor", false, "");
        Fields fields = node == null ? null : Fields.of(node, plan.path("anchor"), problems, ANCHOR_KEYS);
        if (fields == null) {
            return preset;
        }
        Integer weekday = fields.choice("weekday", WEEKDAYS, preset.weekday());
        return new WindowAnchor(
                (int) fields.whole("month", 1, 12, preset.month()),
                (int) fields.whole("day", 1, 31, preset.day()),
                weekday == null ? preset.weekday() : weekday,
                (int) fields.whole("hour", 0, 23, preset.hour()));
    }

    private PlanChecks.LocatedVersion version(Fields fields, @Nullable String planId, WindowCalendar calendar) {
        PlanVersion version = new PlanVersion();
        version.setVersion((int) fields.whole("version", 1, Rules.MAX_VERSION));
        Instant effectiveFrom = fields.time("effective_from");
        if (effectiveFrom != null) {
            version.setEffectiveFrom(effectiveFrom);
        }
        version.setNoticePeriodMs(fields.duration("notice_period", Duration.ZERO, Rules.MAX_NOTICE, Duration.ZERO));
        version.setMeters(meters(fields));
        List<PlanChecks.Located<Limit>> limits = limits(fields, version.getMeters(), calendar);
        version.setCalendar(calendar.equals(WindowCalendar.UTC) ? null : WindowTranslator.calendar(calendar));
        version.setLimits(limits.stream().map(PlanChecks.Located::value).toList());
        version.setPerCallCaps(caps(fields));
        version.setChargedOutcomes(chargedOutcomes(fields));
        // The checksum covers everything, so there is none while anything is wrong or missing.
        version.setChecksum(problems.errors() == 0 && planId != null ? PlanChecksum.of(planId, version) : "");
        return new PlanChecks.LocatedVersion(version, fields, limits);
    }

    private List<Meter> meters(Fields version) {
        List<Meter> meters = new ArrayList<>();
        String path = version.path("meters");
        for (YamlNode.Entry entry : version.entries("meters", true, 1, Rules.MAX_METERS, "meters by id")) {
            String meterPath = YamlPath.key(path, entry.key());
            if (!Rules.IDENTIFIER.allows(entry.key())) {
                problems.report(entry.location(), meterPath, Rules.IDENTIFIER.sentence(), "'" + entry.key() + "'");
            }
            Fields fields = Fields.of(entry.value(), meterPath, problems, METER_KEYS);
            if (fields != null) {
                meters.add(meter(entry.key(), fields));
            }
        }
        return meters;
    }

    private Meter meter(String id, Fields fields) {
        Meter meter = new Meter();
        meter.setMeterId(id);
        meter.setUnit(fields.text("unit", Rules.UNIT, id));
        YamlNode preset = fields.value("default", true, COST_RULE);
        meter.setDefaultCost(preset == null ? flat(0) : cost(preset, fields.path("default")));
        Map<EndpointPattern, EndpointCost> costs = new LinkedHashMap<>();
        String path = fields.path("endpoints");
        for (YamlNode.Entry entry :
                fields.entries("endpoints", false, 0, Rules.MAX_ENDPOINTS, "costs by endpoint pattern")) {
            String costPath = YamlPath.key(path, entry.key());
            EndpointPattern pattern = EndpointPatterns.parse(entry.key());
            if (pattern == null) {
                problems.report(entry.location(), costPath, EndpointPatterns.SENTENCE, "'" + entry.key() + "'");
                continue;
            }
            EndpointCost before =
                    costs.putIfAbsent(pattern, new EndpointCost(entry.key(), cost(entry.value(), costPath)));
            if (before != null) {
                problems.report(
                        entry.location(),
                        costPath,
                        "must match other endpoints than '" + before.getEndpoint() + "', which is listed already",
                        "'" + entry.key() + "'");
            }
        }
        meter.setEndpointCosts(List.copyOf(costs.values()));
        return meter;
    }

    private Cost cost(YamlNode node, String path) {
        if (node instanceof YamlNode.Mapping) {
            Fields fields = Fields.of(node, path, problems, COST_KEYS);
            if (fields == null) {
                return flat(0);
            }
            long base = fields.whole("base", 0, Rules.MAX_COST);
            long perUnit = fields.whole("per_unit", 0, Rules.MAX_COST, 0);
            long unitSize = fields.whole("unit_size", 1, Rules.MAX_COST, 1);
            if (fields.has("unit_size") && !fields.has("per_unit")) {
                fields.error("unit_size", "says nothing without per_unit", null);
            }
            // With no cost per unit the size has no meaning: one form for one content.
            return new Cost(base, perUnit, perUnit == 0 ? 1L : unitSize);
        }
        OptionalLong base = Fields.parseWhole(node, 0, Rules.MAX_COST);
        if (base.isEmpty()) {
            problems.report(node.location(), path, COST_RULE, node.describe());
            return flat(0);
        }
        return flat(base.getAsLong());
    }

    private static Cost flat(long base) {
        return new Cost(base, 0L, 1L);
    }

    private List<PlanChecks.Located<Limit>> limits(Fields version, List<Meter> meters, WindowCalendar calendar) {
        List<PlanChecks.Located<Limit>> limits = new ArrayList<>();
        List<String> meterIds = meters.stream().map(Meter::getMeterId).toList();
        List<YamlNode> items = version.list("limits", true, 0, Rules.MAX_LIMITS, "limits");
        Map<String, String> seen = new HashMap<>();
        for (int i = 0; i < items.size(); i++) {
            Fields fields = Fields.of(items.get(i), YamlPath.item(version.path("limits"), i), problems, LIMIT_KEYS);
            if (fields == null) {
                continue;
            }
            Limit limit = limit(fields, calendar);
            String id = limit.getLimitId();
            if (id != null) {
                String earlier = seen.putIfAbsent(id, fields.path());
                if (earlier != null) {
                    fields.error("id", "must be unique, but " + earlier + " has it too", "'" + id + "'");
                }
            }
            String meter = limit.getMeterId();
            // Without any meter that was read the problem is there, not here.
            if (meter != null && !meterIds.isEmpty() && !meterIds.contains(meter)) {
                fields.error(
                        "meter",
                        "must be one of this version's meters " + String.join(", ", meterIds)
                                + Suggestions.hint(meter, meterIds),
                        "'" + meter + "'");
            }
            limits.add(new PlanChecks.Located<>(limit, fields));
        }
        return limits;
    }

    private Limit limit(Fields fields, WindowCalendar calendar) {
        Limit limit = new Limit();
        limit.setLimitId(fields.text("id", Rules.IDENTIFIER));
        limit.setMeterId(fields.text("meter", Rules.IDENTIFIER));
        limit.setAmount(amount(fields));
        limit.setAlgorithm(fields.choice("algorithm", ALGORITHMS, Algorithm.FIXED_WINDOW));
        time(fields, limit, calendar);
        limit.setScope(fields.choice("scope", SCOPES, Scope.ACCOUNT));
        limit.setMode(fields.choice("mode", MODES, Mode.ENFORCE));
        limit.setThresholds(thresholds(fields, limit));
        limit.setGraceMs(fields.duration("grace", Duration.ZERO, Rules.MAX_GRACE, Rules.DEFAULT_GRACE));
        limit.setBucketName(fields.has("bucket") ? fields.text("bucket", Rules.IDENTIFIER) : defaultBucket(limit));
        return limit;
    }

    private @Nullable Long amount(Fields fields) {
        String rule = Fields.wholeRule(0, Rules.MAX_AMOUNT) + " or " + Rules.UNLIMITED;
        YamlNode value = fields.value("amount", true, rule);
        if (value == null
                || (value instanceof YamlNode.Scalar scalar && scalar.text().equals(Rules.UNLIMITED))) {
            return null;
        }
        OptionalLong amount = Fields.parseWhole(value, 0, Rules.MAX_AMOUNT);
        if (amount.isEmpty()) {
            fields.error("amount", rule, value.describe());
            return null;
        }
        return amount.getAsLong();
    }

    /** Window, period and lease: exactly the one that the algorithm works with. */
    private static void time(Fields fields, Limit limit, WindowCalendar calendar) {
        Algorithm algorithm = limit.getAlgorithm();
        if (algorithm == null) {
            return;
        }
        String wanted = switch (algorithm) {
            case FIXED_WINDOW -> "window";
            case LEAKY_BUCKET, SLIDING_WINDOW -> "period";
            case CONCURRENCY -> "lease";
            case UNKNOWN -> throw new IllegalStateException("an unknown algorithm was read");
        };
        for (String key : List.of("window", "period", "lease")) {
            if (!key.equals(wanted) && fields.has(key)) {
                fields.error(
                        key,
                        "does not belong to the algorithm " + algorithm.name().toLowerCase(Locale.ROOT)
                                + (fields.has("algorithm") ? "" : " (which it is where none is named)")
                                + ", which needs " + wanted,
                        null);
            }
        }
        switch (wanted) {
            case "window" -> window(fields, limit, calendar);
            case "period" -> {
                limit.setPeriodMs(fields.duration("period", Rules.MIN_PERIOD, Rules.MAX_PERIOD));
                rejectInexact(fields, limit);
            }
            default -> limit.setLeaseMs(fields.duration("lease", Rules.MIN_LEASE, Rules.MAX_LEASE));
        }
    }

    private static void window(Fields fields, Limit limit, WindowCalendar calendar) {
        YamlNode value = fields.value("window", true, WINDOW_RULE);
        if (value == null) {
            return;
        }
        Optional<WindowLength> length = value instanceof YamlNode.Scalar scalar && scalar.kind() == YamlNode.Kind.TEXT
                ? WindowLength.parse(scalar.text())
                : Optional.empty();
        if (length.isPresent()) {
            WindowTranslator.put(limit, length.get(), calendar);
        } else {
            String hint = value instanceof YamlNode.Scalar scalar ? Suggestions.hint(scalar.text(), WINDOW_WORDS) : "";
            fields.error("window", WINDOW_RULE + hint, value.describe());
        }
    }

    /** Periods and amounts with which usage cannot be kept in whole numbers. */
    private static void rejectInexact(Fields fields, Limit limit) {
        Long period = limit.getPeriodMs();
        if (period == null) {
            return;
        }
        if (limit.getAlgorithm() == Algorithm.SLIDING_WINDOW && period % Rules.SLIDING_WINDOW_PARTS != 0) {
            fields.error(
                    "period",
                    "must be a multiple of " + Rules.SLIDING_WINDOW_PARTS + "ms for a sliding_window, such as 3s or 1m",
                    "'" + ShortDuration.format(period) + "'");
        }
        Long amount = limit.getAmount();
        if (limit.getAlgorithm() == Algorithm.LEAKY_BUCKET && amount != null && amount > maxLeakyAmount(period)) {
            fields.error(
                    "amount",
                    "must be at most " + maxLeakyAmount(period) + " for a leaky_bucket over "
                            + ShortDuration.format(period),
                    "'" + amount + "'");
        }
    }

    private static long maxLeakyAmount(long periodMillis) {
        return new dev.tollgate.planmodel.Algorithm.LeakyBucket(periodMillis).maxAmount();
    }

    private static @Nullable String defaultBucket(Limit limit) {
        if (limit.getAlgorithm() == Algorithm.CONCURRENCY) {
            return "concurrent";
        }
        WindowLength window = WindowTranslator.length(limit);
        if (window != null) {
            return window.label();
        }
        Long period = limit.getPeriodMs();
        if (period == null) {
            return null;
        }
        return switch (ShortDuration.format(period)) {
            case "1s" -> "second";
            case "1m" -> "minute";
            case "1h" -> "hour";
            case "1d" -> "day";
            default -> ShortDuration.format(period);
        };
    }

    private List<Threshold> thresholds(Fields fields, Limit limit) {
        if (!fields.has("thresholds")) {
            return limit.getAmount() == null ? List.of() : DEFAULT_THRESHOLDS;
        }
        List<YamlNode> items = fields.list("thresholds", false, 0, Rules.MAX_THRESHOLDS, "thresholds");
        List<Threshold> thresholds = new ArrayList<>();
        for (int i = 0; i < items.size(); i++) {
            String path = YamlPath.item(fields.path("thresholds"), i);
            Threshold threshold = threshold(items.get(i));
            if (threshold == null) {
                problems.report(
                        items.get(i).location(),
                        path,
                        THRESHOLD_RULE,
                        items.get(i).describe());
            } else if (thresholds.contains(threshold)) {
                problems.report(
                        items.get(i).location(),
                        path,
                        "is there twice",
                        items.get(i).describe());
            } else {
                thresholds.add(threshold);
            }
        }
        thresholds.sort(BY_USED_SHARE);
        return thresholds;
    }

    private static @Nullable Threshold threshold(YamlNode node) {
        if (!(node instanceof YamlNode.Scalar scalar)) {
            return null;
        }
        Matcher matcher = THRESHOLD.matcher(scalar.text());
        if (!matcher.matches()) {
            return null;
        }
        int basisPoints = new BigDecimal(matcher.group(2)).movePointRight(2).intValueExact();
        if (basisPoints > dev.tollgate.planmodel.Threshold.WHOLE_BASIS_POINTS) {
            return null;
        }
        return new Threshold(
                matcher.group(1) == null ? ThresholdKind.USED_AT_LEAST : ThresholdKind.REMAINING_BELOW, basisPoints);
    }

    private static dev.tollgate.planmodel.Threshold modelOf(Threshold threshold) {
        return new dev.tollgate.planmodel.Threshold(
                dev.tollgate.planmodel.Threshold.Kind.valueOf(
                        threshold.getKind().name()),
                threshold.getBasisPoints());
    }

    private List<PerCallCap> caps(Fields version) {
        record Key(EndpointPattern endpoint, Dimension dimension) {}
        List<PerCallCap> caps = new ArrayList<>();
        Map<Key, String> seen = new HashMap<>();
        List<YamlNode> items = version.list("per_call_caps", false, 0, Rules.MAX_CAPS, "per-call caps");
        for (int i = 0; i < items.size(); i++) {
            Fields fields =
                    Fields.of(items.get(i), YamlPath.item(version.path("per_call_caps"), i), problems, CAP_KEYS);
            if (fields == null) {
                continue;
            }
            EndpointPattern endpoint = endpoint(fields);
            Dimension dimension = fields.choice("dimension", DIMENSIONS, null);
            caps.add(new PerCallCap(
                    endpoint == null ? null : endpoint.toString(),
                    dimension,
                    fields.whole("max", 0, Rules.MAX_AMOUNT)));
            if (endpoint != null && dimension != null) {
                String earlier = seen.putIfAbsent(new Key(endpoint, dimension), fields.path());
                if (earlier != null) {
                    fields.error(
                            "endpoint",
                            "must differ in endpoint or dimension from " + earlier + ", which bounds the same",
                            "'" + endpoint + "'");
                }
            }
        }
        return caps;
    }

    private static @Nullable EndpointPattern endpoint(Fields cap) {
        YamlNode value = cap.value("endpoint", true, EndpointPatterns.SENTENCE);
        if (value == null) {
            return null;
        }
        EndpointPattern pattern = value instanceof YamlNode.Scalar scalar && scalar.kind() == YamlNode.Kind.TEXT
                ? EndpointPatterns.parse(scalar.text())
                : null;
        if (pattern == null) {
            cap.error("endpoint", EndpointPatterns.SENTENCE, value.describe());
        }
        return pattern;
    }

    private List<Outcome> chargedOutcomes(Fields version) {
        if (!version.has("charged_outcomes")) {
            return List.of(Outcome.SUCCESS);
        }
        Set<Outcome> outcomes = EnumSet.noneOf(Outcome.class);
        List<YamlNode> items = version.list("charged_outcomes", false, 1, OUTCOMES.size(), "outcomes");
        for (int i = 0; i < items.size(); i++) {
            YamlNode item = items.get(i);
            String path = YamlPath.item(version.path("charged_outcomes"), i);
            Outcome outcome = item instanceof YamlNode.Scalar scalar ? OUTCOMES.get(scalar.text()) : null;
            if (outcome == null) {
                String hint = item instanceof YamlNode.Scalar scalar
                        ? Suggestions.hint(scalar.text(), OUTCOMES.keySet())
                        : "";
                problems.report(
                        item.location(),
                        path,
                        "must be one of " + String.join(", ", OUTCOMES.keySet()) + hint,
                        item.describe());
            } else if (!outcomes.add(outcome)) {
                problems.report(item.location(), path, "is there twice", item.describe());
            }
        }
        return List.copyOf(outcomes);
    }

    /** Symbols in lower case, as files write them, without the one that stands for symbols not known. */
    private static <T extends Enum<T>> Map<String, T> words(T[] symbols, T unknown) {
        return Arrays.stream(symbols)
                .filter(symbol -> symbol != unknown)
                .collect(
                        LinkedHashMap::new,
                        (map, symbol) -> map.put(symbol.name().toLowerCase(Locale.ROOT), symbol),
                        Map::putAll);
    }
}
