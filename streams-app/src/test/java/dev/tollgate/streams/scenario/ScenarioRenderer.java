package dev.tollgate.streams.scenario;

import dev.tollgate.planmodel.Threshold;
import dev.tollgate.schemas.avro.ClearCause;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.avro.ThresholdKind;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.UsageTotal;
import dev.tollgate.schemas.plan.WindowTranslator;
import dev.tollgate.testkit.scenario.Scenario;
import dev.tollgate.testkit.scenario.ScenarioFormat;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Puts the records of the output topics into the words of scenarios. Of one input first what became of it, then the
 * limit events in their order, then the totals that are final: topics have no order between them.
 */
final class ScenarioRenderer {
    /** The last moment of the year 9999 stands for no end. */
    private static final Instant NEVER = Instant.ofEpochMilli(253_402_300_799_999L);

    private final ScenarioFormat words;
    private final boolean costsShown;
    private final List<String> lines = new ArrayList<>();

    /** The newest line, if it is a verdict that the next event may share. */
    private @Nullable Repeated last;

    private record Repeated(
            String verdict, String lateLimits, @Nullable Map<String, Long> costs, int times) {
        boolean isLike(Repeated other) {
            return verdict.equals(other.verdict)
                    && lateLimits.equals(other.lateLimits)
                    && Objects.equals(costs, other.costs);
        }

        Repeated onceMore() {
            return new Repeated(verdict, lateLimits, costs, times + 1);
        }

        String line() {
            return ScenarioFormat.verdict(verdict, times, lateLimits, costs);
        }
    }

    ScenarioRenderer(Scenario.Step step) {
        this.words = new ScenarioFormat(step.timeMillis());
        this.costsShown = step.shows("costs");
    }

    /** What was said, in order; the same verdict on several events in a row is one line. */
    List<String> lines() {
        return List.copyOf(lines);
    }

    /** Everything that one input, or the passing of time, led to. */
    void say(
            List<String> rejections,
            List<UsageJournalEntry> journal,
            List<LimitEvent> limitEvents,
            List<UsageTotal> totals) {
        rejections.forEach(reason -> add(ScenarioFormat.rejected(reason)));
        journal.forEach(this::journal);
        limitEvents.forEach(this::limitEvent);
        totals.stream().filter(UsageTotal::getClosed).forEach(this::total);
    }

    private void journal(UsageJournalEntry entry) {
        Repeated verdict = new Repeated(
                entry.getVerdict().name(),
                String.join(", ", entry.getLateLimits()),
                costsShown ? entry.getCosts() : null,
                1);
        Repeated before = last;
        if (before != null && before.isLike(verdict)) {
            verdict = before.onceMore();
            lines.removeLast();
        }
        add(verdict.line());
        last = verdict;
    }

    private void limitEvent(LimitEvent event) {
        add(
                switch (event.getKind()) {
                    case SOFT_LIMIT_REACHED -> limit("alert", event, null);
                    case HARD_LIMIT_REACHED -> limit("block", event, null);
                    case ADVISORY_LIMIT_REACHED -> limit("advice", event, null);
                    case LIMIT_CLEARED -> cleared(event, Objects.requireNonNull(event.getCause()));
                    case PLAN_CHANGED -> ScenarioFormat.planChanged(event.getPlanId(), event.getPlanVersion());
                    case PLAN_CHANGE_SCHEDULED ->
                        words.planScheduled(
                                event.getPlanId(),
                                event.getPlanVersion(),
                                event.getEventTime().toEpochMilli());
                    case SUSPENDED -> words.suspended(millis(event.getBlockedUntil()), event.getReason());
                    case REINSTATED ->
                        ScenarioFormat.changed(
                                event.getCrossingEventId() == null
                                        ? "reinstated at "
                                                + words.time(
                                                        event.getEventTime().toEpochMilli())
                                        : "reinstated",
                                event.getReason());
                    case EXEMPTED -> ScenarioFormat.changed("exempt", event.getReason());
                    case EXEMPTION_ENDED -> ScenarioFormat.changed("not exempt any more", event.getReason());
                    case OVERRIDE_CHANGED ->
                        ScenarioFormat.overridden(
                                Objects.requireNonNull(event.getLimitId()), event.getAmount(), event.getReason());
                    case CALENDAR_CHANGED ->
                        ScenarioFormat.changed(
                                "windows follow "
                                        + WindowTranslator.calendar(event.getCalendar())
                                                .words(),
                                event.getReason());
                    case UNKNOWN -> throw new IllegalStateException("unknown kind: " + event);
                });
    }

    /** What time alone has brought was not at the time of the line: the line says when. */
    private String cleared(LimitEvent event, ClearCause cause) {
        String kind = event.getCrossingEventId() == null
                ? "cleared at " + words.time(event.getEventTime().toEpochMilli())
                : "cleared";
        return limit(kind, event, cause);
    }

    private String limit(String kind, LimitEvent event, @Nullable ClearCause cause) {
        Instant until = event.getBlockedUntil();
        boolean blocks = event.getKind() == LimitEventKind.HARD_LIMIT_REACHED;
        if (blocks == (until == null)) {
            throw new IllegalStateException("a block has an end and nothing else has: " + event);
        }
        String limitId = Objects.requireNonNull(event.getLimitId());
        return words.limit(
                kind,
                limitId,
                event.getScopeKey(),
                Objects.requireNonNull(event.getUsed()),
                event.getAmount(),
                threshold(event),
                NEVER.equals(until) ? null : millis(until),
                cause == null ? null : cause.name());
    }

    /** As the plan states it; null for the full amount. */
    private static @Nullable String threshold(LimitEvent event) {
        Integer used = event.getThresholdBasisPoints();
        if (used == null) {
            return null;
        }
        boolean remaining = event.getThresholdKind() == ThresholdKind.REMAINING_BELOW;
        Threshold threshold = remaining
                ? new Threshold(Threshold.Kind.REMAINING_BELOW, 10_000 - used)
                : new Threshold(Threshold.Kind.USED_AT_LEAST, used);
        return threshold.toString();
    }

    private void total(UsageTotal total) {
        add(words.total(
                total.getLimitId(),
                total.getScopeKey(),
                total.getWindowStart().toEpochMilli(),
                total.getUsed(),
                total.getAmount()));
    }

    private void add(String line) {
        lines.add(line);
        last = null;
    }

    private static @Nullable Long millis(@Nullable Instant instant) {
        return instant == null ? null : instant.toEpochMilli();
    }
}
