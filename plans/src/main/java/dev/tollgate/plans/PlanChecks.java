package dev.tollgate.plans;

import dev.tollgate.planmodel.time.WindowLength;
import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.Cost;
import dev.tollgate.schemas.avro.EndpointCost;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.Meter;
import dev.tollgate.schemas.avro.Mode;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.avro.Threshold;
import dev.tollgate.schemas.avro.ThresholdKind;
import dev.tollgate.schemas.plan.WindowTranslator;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Rules between the parts of a plan: what contradicts itself is an error, what can never have an effect is a warning.
 * Parts that are broken in themselves are left out.
 */
final class PlanChecks {

    private PlanChecks() {}

    /** Something that was read, with the keys that it was read from. */
    record Located<T>(T value, Fields fields) {}

    /** A version, the keys that it was read from, and its limits. */
    record LocatedVersion(PlanVersion version, Fields fields, List<Located<Limit>> limits) {}

    /** Compares the limits of a version with each other and with what calls cost. */
    static void withinVersion(LocatedVersion version) {
        List<Located<Limit>> sound = version.limits().stream()
                .filter(limit -> !limit.fields().isBroken())
                .toList();
        for (int i = 0; i < sound.size(); i++) {
            rejectContradiction(sound.get(i), sound.subList(0, i));
        }
        for (Located<Limit> limit : sound) {
            warnIfNeverReached(limit, sound);
            warnIfOneCallIsTooMuch(limit, version.version().getMeters());
            warnAboutThresholds(limit);
        }
    }

    /**
     * Checks that versions follow each other in number and time, and that a limit counts the same thing in all of them.
     */
    static void acrossVersions(List<LocatedVersion> versions) {
        for (int i = 1; i < versions.size(); i++) {
            rejectDisorder(versions.get(i - 1), versions.get(i));
        }
        Map<String, Located<Limit>> firstById = new HashMap<>();
        for (LocatedVersion version : versions) {
            Map<String, Located<Limit>> ofThisVersion = new HashMap<>();
            for (Located<Limit> limit : version.limits()) {
                if (!limit.fields().isBroken()) {
                    ofThisVersion.put(limit.value().getLimitId(), limit);
                    rejectOtherCounting(firstById.get(limit.value().getLimitId()), limit);
                }
            }
            ofThisVersion.forEach(firstById::putIfAbsent);
        }
    }

    /** A time zone or an anchor that no limit follows says nothing. */
    static void warnAboutCalendar(Fields plan, List<LocatedVersion> versions) {
        List<WindowLength> windows = versions.stream()
                .flatMap(version -> version.limits().stream())
                .map(limit -> WindowTranslator.length(limit.value()))
                .filter(Objects::nonNull)
                .filter(length -> length.unit().followsCalendar())
                .toList();
        for (String key : List.of("time_zone", "anchor")) {
            if (windows.isEmpty() && plan.has(key) && !plan.isBroken(key)) {
                plan.warn(key, "says nothing: no limit has a window of a day or longer, and others are counted by UTC");
            }
        }
    }

    private static void rejectDisorder(LocatedVersion before, LocatedVersion after) {
        Fields fields = after.fields();
        int number = after.version().getVersion();
        int numberBefore = before.version().getVersion();
        if (bothSound("version", before, after) && number <= numberBefore) {
            fields.error(
                    "version", "must be greater than that of the version before, " + numberBefore, "'" + number + "'");
        }
        Instant from = after.version().getEffectiveFrom();
        Instant fromBefore = before.version().getEffectiveFrom();
        if (bothSound("effective_from", before, after) && !from.isAfter(fromBefore)) {
            fields.error(
                    "effective_from",
                    "must be later than that of version " + numberBefore + ", " + fromBefore,
                    "'" + from + "'");
        }
    }

    private static boolean bothSound(String key, LocatedVersion before, LocatedVersion after) {
        return !before.fields().isBroken(key) && !after.fields().isBroken(key);
    }

    private static void rejectOtherCounting(@Nullable Located<Limit> first, Located<Limit> limit) {
        if (first != null && !Counting.of(first.value()).equals(Counting.of(limit.value()))) {
            limit.fields()
                    .error(
                            "id",
                            "must be another one: meter, algorithm, time or scope differ from "
                                    + first.fields().path()
                                    + ", and usage counted one way cannot go on as if counted another way",
                            "'" + limit.value().getLimitId() + "'");
        }
    }

    private static void rejectContradiction(Located<Limit> limit, List<Located<Limit>> earlier) {
        for (Located<Limit> other : earlier) {
            boolean sameTime = limit.value().getAlgorithm() == Algorithm.CONCURRENCY
                    || (Objects.equals(WindowTranslator.length(limit.value()), WindowTranslator.length(other.value()))
                            && Objects.equals(
                                    limit.value().getPeriodMs(), other.value().getPeriodMs()));
            if (limit.value().getMeterId().equals(other.value().getMeterId())
                    && limit.value().getAlgorithm() == other.value().getAlgorithm()
                    && limit.value().getScope() == other.value().getScope()
                    && limit.value().getMode() == other.value().getMode()
                    && sameTime) {
                limit.fields()
                        .error(
                                "amount",
                                "contradicts " + other.fields().path("amount") + " (" + amount(other.value())
                                        + "): both limits count the same meter over the same time, scope and mode",
                                "'" + amount(limit.value()) + "'");
            }
        }
    }

    /** A limit within another one's time and scope that allows more than the other one does has no effect. */
    private static void warnIfNeverReached(Located<Limit> limit, List<Located<Limit>> all) {
        Limit inner = limit.value();
        if (inner.getAmount() == null || inner.getAlgorithm() == Algorithm.CONCURRENCY) {
            return;
        }
        for (Located<Limit> other : all) {
            Limit outer = other.value();
            if (outer != inner
                    && outer.getAmount() != null
                    && outer.getAlgorithm() != Algorithm.CONCURRENCY
                    && outer.getMode() == Mode.ENFORCE
                    && outer.getMeterId().equals(inner.getMeterId())
                    && covers(outer.getScope(), inner.getScope())
                    && spanMillis(outer) >= spanMillis(inner)
                    && inner.getAmount() > outer.getAmount()) {
                limit.fields()
                        .warn(
                                "amount",
                                "of " + inner.getAmount() + " can never be reached: "
                                        + other.fields().path("amount") + " allows only " + outer.getAmount()
                                        + " over at least as long a time");
            }
        }
    }

    private static void warnIfOneCallIsTooMuch(Located<Limit> limit, List<Meter> meters) {
        Long amount = limit.value().getAmount();
        if (amount == null || amount == 0 || limit.value().getAlgorithm() == Algorithm.CONCURRENCY) {
            return;
        }
        for (Meter meter : meters) {
            if (meter.getMeterId().equals(limit.value().getMeterId())) {
                warnIfTooMuch(limit, "any other endpoint", meter.getDefaultCost(), amount);
                for (EndpointCost endpoint : meter.getEndpointCosts()) {
                    warnIfTooMuch(limit, "'" + endpoint.getEndpoint() + "'", endpoint.getCost(), amount);
                }
            }
        }
    }

    private static void warnIfTooMuch(Located<Limit> limit, String endpoint, Cost cost, long amount) {
        if (cost.getBase() > amount) {
            limit.fields()
                    .warn(
                            "amount",
                            "of " + amount + " is less than the " + cost.getBase() + " that a single call of "
                                    + endpoint + " costs");
        }
    }

    private static void warnAboutThresholds(Located<Limit> limit) {
        if (!limit.fields().has("thresholds")) {
            return;
        }
        if (limit.value().getAmount() == null && !limit.value().getThresholds().isEmpty()) {
            limit.fields().warn("thresholds", "can never be reached: the amount is unlimited");
            return;
        }
        for (Threshold threshold : limit.value().getThresholds()) {
            if (threshold.getKind() == ThresholdKind.USED_AT_LEAST
                    && threshold.getBasisPoints() == dev.tollgate.planmodel.Threshold.WHOLE_BASIS_POINTS) {
                limit.fields().warn("thresholds", "need no 100%: the limit itself is reported when it is reached");
            }
        }
    }

    private static boolean covers(Scope outer, Scope inner) {
        return outer == inner || outer == Scope.ACCOUNT;
    }

    private static long spanMillis(Limit limit) {
        WindowLength window = WindowTranslator.length(limit);
        return window == null ? limit.getPeriodMs() : window.maxMillis();
    }

    private static String amount(Limit limit) {
        return limit.getAmount() == null ? Rules.UNLIMITED : Long.toString(limit.getAmount());
    }
}
