package dev.tollgate.plans;

import dev.tollgate.planmodel.time.ShortDuration;
import dev.tollgate.planmodel.time.WindowLength;
import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.Cost;
import dev.tollgate.schemas.avro.Dimension;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.Mode;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.avro.Threshold;
import dev.tollgate.schemas.avro.ThresholdKind;
import dev.tollgate.schemas.plan.WindowTranslator;
import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Parts of plans in words, for sentences ({@code phrase...}) and as the plan file writes them ({@code text...}). */
final class PlanFormatter {
    private PlanFormatter() {}

    /** {@code 4,000} or {@code unlimited}. */
    static String phraseAmount(@Nullable Long amount) {
        return amount == null ? Rules.UNLIMITED : number(amount);
    }

    static String textAmount(@Nullable Long amount) {
        return amount == null ? Rules.UNLIMITED : Long.toString(amount);
    }

    static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }

    /** What a limit allows: {@code at most 100 requests per minute and account, denied above}. */
    static String phraseLimit(Limit limit) {
        return (limit.getAmount() == null ? "any number" : "at most " + number(limit.getAmount()))
                + " of the meter " + limit.getMeterId() + " " + phraseTime(limit) + " and "
                + phraseScope(limit.getScope())
                + phraseConsequence(limit);
    }

    private static String phraseConsequence(Limit limit) {
        if (limit.getAmount() == null) {
            return ", only counted";
        }
        String warning = limit.getThresholds().isEmpty() ? "" : ", with a warning at " + phraseThresholds(limit);
        return warning + (limit.getMode() == Mode.ADVISORY ? ", as advice only" : ", denied above");
    }

    static String phraseTime(Limit limit) {
        Algorithm algorithm = limit.getAlgorithm();
        return switch (algorithm) {
            case FIXED_WINDOW -> "per " + textWindow(limit);
            case LEAKY_BUCKET -> "refilling over " + textDuration(limit.getPeriodMs());
            case SLIDING_WINDOW -> "in any " + textDuration(limit.getPeriodMs());
            case CONCURRENCY ->
                "at the same time (a call without an end counts for " + textDuration(limit.getLeaseMs()) + ")";
            case UNKNOWN -> "by an algorithm of a later release";
        };
    }

    /** {@code minute}, {@code 15 minutes}. */
    static String textWindow(Limit limit) {
        WindowLength length = WindowTranslator.length(limit);
        return length == null ? "window of a later release" : length.toString();
    }

    static String phraseScope(Scope scope) {
        return switch (scope) {
            case ACCOUNT -> "account";
            case PROJECT -> "project";
            case API_KEY -> "API key";
            case UNKNOWN -> "a scope of a later release";
        };
    }

    static String phraseThresholds(Limit limit) {
        return limit.getThresholds().isEmpty()
                ? "no share"
                : limit.getThresholds().stream().map(PlanFormatter::phrase).collect(Collectors.joining(" and "));
    }

    private static String phrase(Threshold threshold) {
        String percent = percent(threshold.getBasisPoints()) + " %";
        return switch (threshold.getKind()) {
            case USED_AT_LEAST -> percent + " used";
            case REMAINING_BELOW -> "less than " + percent + " left";
            case UNKNOWN -> percent + " by a rule of a later release";
        };
    }

    static String textThresholds(Limit limit) {
        return limit.getThresholds().stream()
                .map(threshold -> (threshold.getKind() == ThresholdKind.REMAINING_BELOW ? "remaining below " : "")
                        + percent(threshold.getBasisPoints()) + "%")
                .collect(Collectors.joining(", ", "[", "]"));
    }

    /** {@code 90}, {@code 99.5}. */
    private static String percent(int basisPoints) {
        BigDecimal percent = BigDecimal.valueOf(basisPoints, 2).stripTrailingZeros();
        return (percent.scale() < 0 ? percent.setScale(0) : percent).toPlainString();
    }

    /** {@code 5}, or {@code 5 plus 1 for each started 10 units}. */
    static String phraseCost(Cost cost) {
        if (cost.getPerUnit() == 0) {
            return number(cost.getBase());
        }
        return number(cost.getBase()) + " plus " + number(cost.getPerUnit()) + " for each "
                + (cost.getUnitSize() == 1 ? "unit" : "started " + number(cost.getUnitSize()) + " units");
    }

    static String textCost(Cost cost) {
        return cost.getPerUnit() == 0
                ? Long.toString(cost.getBase())
                : "{base: " + cost.getBase() + ", per_unit: " + cost.getPerUnit() + ", unit_size: " + cost.getUnitSize()
                        + "}";
    }

    static String phraseDimension(Dimension dimension) {
        return switch (dimension) {
            case INPUT_TOKENS -> "input tokens";
            case OUTPUT_ITEMS -> "items of output";
            case UNITS -> "units";
            case UNKNOWN -> "(a dimension of a later release)";
        };
    }

    static String textOutcomes(List<Outcome> outcomes) {
        return outcomes.stream().map(PlanFormatter::text).sorted().collect(Collectors.joining(", ", "[", "]"));
    }

    static String textDuration(@Nullable Long millis) {
        return millis == null ? "no time" : ShortDuration.format(millis);
    }

    /** A symbol as the plan file writes it. */
    static String text(@Nullable Enum<?> symbol) {
        return symbol == null ? "none" : symbol.name().toLowerCase(Locale.ROOT);
    }
}
