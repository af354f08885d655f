package dev.tollgate.plans;

import dev.tollgate.planmodel.time.WindowCalendar;
import dev.tollgate.schemas.avro.Cost;
import dev.tollgate.schemas.avro.EndpointCost;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.Meter;
import dev.tollgate.schemas.avro.PerCallCap;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.Threshold;
import dev.tollgate.schemas.avro.WindowLength;
import dev.tollgate.schemas.plan.WindowTranslator;
import dev.tollgate.schemas.text.Sha256;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Fingerprint of what a version means: SHA-256, 64 lower-case hexadecimal digits.
 *
 * <p>It covers the plan id and every field of the version but the checksum itself. Comments, layout, defaults that are
 * written out and the order of meters, endpoints, limits, caps, thresholds and outcomes make no difference: none of
 * them changes what an account is charged. Title and description belong to the plan and are not covered, so they may be
 * reworded.
 *
 * <p>The bytes are those of a canonical text: one field after the other as {@code length:text} in UTF-8, lists with
 * their size first and sorted by their own canonical text. Fields that later releases add enter it only where they
 * differ from their default, so that the checksum of what exists stays what it is.
 */
public final class PlanChecksum {
    private static final String FORMAT = "tollgate plan version 1";

    private PlanChecksum() {}

    /** Checksum of a version of a plan. */
    public static String of(String planId, PlanVersion version) {
        return HexFormat.of().formatHex(Sha256.of(canonical(planId, version)));
    }

    private static String canonical(String planId, PlanVersion version) {
        Text text = new Text()
                .field(FORMAT)
                .field(planId)
                .field(version.getVersion())
                .field(version.getEffectiveFrom().toEpochMilli())
                .field(version.getNoticePeriodMs())
                .list(version.getMeters(), PlanChecksum::meter)
                .list(version.getLimits(), PlanChecksum::limit)
                .list(version.getPerCallCaps(), PlanChecksum::cap)
                .list(version.getChargedOutcomes(), outcome -> new Text().field(outcome));
        WindowCalendar calendar = WindowTranslator.calendar(version.getCalendar());
        if (!calendar.equals(WindowCalendar.UTC)) {
            text.field(calendar.timeZone())
                    .field(calendar.anchor().month())
                    .field(calendar.anchor().day())
                    .field(calendar.anchor().weekday())
                    .field(calendar.anchor().hour());
        }
        return text.toString();
    }

    private static Text meter(Meter meter) {
        return cost(new Text().field(meter.getMeterId()).field(meter.getUnit()), meter.getDefaultCost())
                .list(meter.getEndpointCosts(), PlanChecksum::endpoint);
    }

    private static Text endpoint(EndpointCost endpoint) {
        return cost(new Text().field(endpoint.getEndpoint()), endpoint.getCost());
    }

    private static Text cost(Text text, Cost cost) {
        return text.field(cost.getBase()).field(cost.getPerUnit()).field(cost.getUnitSize());
    }

    private static Text limit(Limit limit) {
        Text text = new Text()
                .field(limit.getLimitId())
                .field(limit.getMeterId())
                .field(limit.getAmount())
                .field(limit.getAlgorithm())
                .field(limit.getWindow())
                .field(limit.getPeriodMs())
                .field(limit.getLeaseMs())
                .field(limit.getScope())
                .field(limit.getMode())
                .list(limit.getThresholds(), PlanChecksum::threshold)
                .field(limit.getGraceMs())
                .field(limit.getBucketName());
        WindowLength length = limit.getWindowLength();
        return length == null ? text : text.field(length.getCount()).field(length.getUnit());
    }

    private static Text threshold(Threshold threshold) {
        return new Text().field(threshold.getKind()).field(threshold.getBasisPoints());
    }

    private static Text cap(PerCallCap cap) {
        return new Text().field(cap.getEndpoint()).field(cap.getDimension()).field(cap.getMax());
    }

    /** Fields that cannot run into each other: each says how long it is. Absent ones are told from empty ones. */
    private static final class Text {
        private final StringBuilder text = new StringBuilder();

        Text field(@Nullable Object value) {
            if (value == null) {
                text.append('-');
            } else {
                String written = value.toString();
                text.append(written.length()).append(':').append(written);
            }
            text.append('\n');
            return this;
        }

        <T> Text list(List<T> items, Function<T, Text> canonical) {
            field(items.size());
            items.stream()
                    .map(item -> canonical.apply(item).toString())
                    .sorted(Comparator.naturalOrder())
                    .forEach(text::append);
            return this;
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
