package dev.tollgate.engine.internal.timeline;

import dev.tollgate.engine.input.AccountChange;
import dev.tollgate.engine.internal.codec.ByteReader;
import dev.tollgate.engine.internal.codec.ByteWriter;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.time.CalendarOverride;
import dev.tollgate.planmodel.time.FixedWindows;
import dev.tollgate.planmodel.time.WindowCalendar;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An account's changes in the order of their effective dates; changes of one date in the order in which they came. */
public final class Timeline {
    /** Stands for no date. */
    public static final long NO_TIME = -1;

    /** Most changes that are kept: those to come, those within the dedupe horizon, and the last one of each kind. */
    public static final int MAX_ENTRIES = 64;

    /** What is kept of cuts in any case: the longest month and the longest grace. */
    private static final long LEAST_CUT_RETENTION_MILLIS = 32 * 86_400_000L;

    /** What a window can be longer than its length says: the longest grace, and a day of a time zone. */
    private static final long CUT_RETENTION_MARGIN_MILLIS = 2 * 86_400_000L;

    public final List<TimelineEntry> entries = new ArrayList<>();

    /**
     * What windows follow before the first assignment: the calendar of the default plan; null if that is the built-in
     * plan. Not part of the state.
     */
    private @Nullable WindowCalendar presetCalendar;

    // The calendar that was asked for last, because accounts ask for the same one all the time.
    private CalendarOverride resolvedOverride = CalendarOverride.NONE;
    private WindowCalendar resolvedPlan = WindowCalendar.UTC;
    private WindowCalendar resolved = WindowCalendar.UTC;

    public void add(TimelineEntry added) {
        int place = entries.size();
        while (place > 0 && entries.get(place - 1).effectiveAtMillis > added.effectiveAtMillis) {
            place--;
        }
        entries.add(place, added);
    }

    /** Start of the stretch of unchanged terms that a moment is in. */
    public long stretchStart(long timeMillis) {
        long start = Long.MIN_VALUE;
        for (TimelineEntry entry : entries) {
            if (entry.effectiveAtMillis <= timeMillis) {
                start = entry.effectiveAtMillis;
            }
        }
        return start;
    }

    /** Exclusive end of the stretch of unchanged terms that a moment is in. */
    public long stretchEnd(long timeMillis) {
        for (TimelineEntry entry : entries) {
            if (entry.effectiveAtMillis > timeMillis) {
                return entry.effectiveAtMillis;
            }
        }
        return Long.MAX_VALUE;
    }

    @Nullable
    public String planAt(long timeMillis) {
        String planId = null;
        for (TimelineEntry entry : entries) {
            if (entry.effectiveAtMillis <= timeMillis && entry.change instanceof AccountChange.PlanAssigned assigned) {
                planId = assigned.planId();
            }
        }
        return planId;
    }

    /** Effective date of the assignment that {@link #planAt} follows, or {@link #NO_TIME}. */
    public long assignedAt(long timeMillis) {
        long assignedAt = NO_TIME;
        for (TimelineEntry entry : entries) {
            if (entry.effectiveAtMillis <= timeMillis && entry.change instanceof AccountChange.PlanAssigned) {
                assignedAt = entry.effectiveAtMillis;
            }
        }
        return assignedAt;
    }

    /** Whether an assignment that takes effect after a moment was emitted as holding already. */
    public boolean isAssignmentAnnouncedAfter(long timeMillis) {
        for (TimelineEntry entry : entries) {
            if (entry.effectiveAtMillis > timeMillis
                    && entry.isAnnounced()
                    && entry.change instanceof AccountChange.PlanAssigned) {
                return true;
            }
        }
        return false;
    }

    /**
     * The latest change of plan, overrides or exemption that was emitted as holding already and that stream time has
     * yet to come to; null if there is none.
     */
    @Nullable
    public TimelineEntry announcedAhead() {
        for (int i = entries.size() - 1; i >= 0; i--) {
            TimelineEntry entry = entries.get(i);
            if (entry.isAnnounced() && !entry.isApplied() && entry.changesLimits()) {
                return entry;
            }
        }
        return null;
    }

    /** Overridden amounts by limit id. */
    public Map<String, Amount> overridesAt(long timeMillis) {
        Map<String, Amount> overrides = Map.of();
        for (TimelineEntry entry : entries) {
            if (entry.effectiveAtMillis <= timeMillis) {
                if (entry.change instanceof AccountChange.OverrideSet set) {
                    overrides = overrides.isEmpty() ? new HashMap<>() : overrides;
                    overrides.put(set.limitId(), set.amount());
                } else if (entry.change instanceof AccountChange.OverrideRemoved removed && !overrides.isEmpty()) {
                    overrides.remove(removed.limitId());
                }
            }
        }
        return overrides;
    }

    public boolean exemptAt(long timeMillis) {
        boolean exempt = false;
        for (TimelineEntry entry : entries) {
            if (entry.effectiveAtMillis <= timeMillis && entry.change instanceof AccountChange.ExemptionSet set) {
                exempt = set.exempt();
            }
        }
        return exempt;
    }

    /** The suspension that holds at a moment, or null. */
    @Nullable
    public TimelineEntry suspensionAt(long timeMillis) {
        TimelineEntry latest = latestSuspension(timeMillis);
        if (latest != null && latest.change instanceof AccountChange.Suspended suspended) {
            Long until = suspended.untilMillis();
            return until == null || timeMillis < until ? latest : null;
        }
        return null;
    }

    /** The last suspension or reinstatement up to a moment, or null. */
    @Nullable
    public TimelineEntry latestSuspension(long timeMillis) {
        TimelineEntry latest = null;
        for (TimelineEntry entry : entries) {
            if (entry.effectiveAtMillis <= timeMillis
                    && (entry.change instanceof AccountChange.Suspended
                            || entry.change instanceof AccountChange.Reinstated)) {
                latest = entry;
            }
        }
        return latest;
    }

    /** Says what windows follow before the first assignment; null if the default plan is the built-in one. */
    public void presetCalendar(@Nullable WindowCalendar calendar) {
        presetCalendar = calendar;
    }

    /**
     * What windows follow at a moment that is not before those about which the timeline still knows.
     *
     * <p>While no plan limits anything, nothing is counted in windows: the calendar of the first plan is taken to have
     * held before it.
     */
    public WindowCalendar calendarAt(long timeMillis) {
        WindowCalendar plan = planCalendarAt(timeMillis);
        CalendarOverride own = calendarOverrideAt(timeMillis);
        if (!plan.equals(resolvedPlan) || !own.equals(resolvedOverride)) {
            resolved = own.over(plan);
            resolvedPlan = plan;
            resolvedOverride = own;
        }
        return resolved;
    }

    /** The same if the account has a calendar of its own; else null. */
    @Nullable
    public WindowCalendar ownCalendarAt(long timeMillis) {
        return calendarOverrideAt(timeMillis).equals(CalendarOverride.NONE) ? null : calendarAt(timeMillis);
    }

    private WindowCalendar planCalendarAt(long timeMillis) {
        WindowCalendar calendar = presetCalendar;
        TimelineEntry first = null;
        for (TimelineEntry entry : entries) {
            if (entry.change instanceof AccountChange.PlanAssigned) {
                if (entry.cutAtMillis <= timeMillis) {
                    calendar = entry.planCalendar;
                }
                if (first == null || entry.cutAtMillis < first.cutAtMillis) {
                    first = entry;
                }
            }
        }
        if (calendar != null) {
            return calendar;
        }
        return first == null ? WindowCalendar.UTC : first.planCalendar;
    }

    private CalendarOverride calendarOverrideAt(long timeMillis) {
        CalendarOverride own = CalendarOverride.NONE;
        for (TimelineEntry entry : entries) {
            if (entry.cutAtMillis <= timeMillis && entry.change instanceof AccountChange.CalendarSet set) {
                own = set.calendar();
            }
        }
        return own;
    }

    /**
     * After an entry was added: marks those that have come to move windows by it.
     *
     * @param streamTimeMillis no change is dated before it
     * @return the ones that have
     */
    public List<TimelineEntry> markMoves(long streamTimeMillis) {
        List<TimelineEntry> marked = new ArrayList<>();
        for (TimelineEntry entry : entries) {
            if (entry.setsCalendar()
                    && !entry.moves()
                    && entry.cutAtMillis > streamTimeMillis
                    && !calendarAt(entry.cutAtMillis - 1).equals(calendarAt(entry.cutAtMillis))) {
                entry.markMoves();
                marked.add(entry);
            }
        }
        return marked;
    }

    /** Inclusive start of the window that a moment is in. */
    public long windowStart(Algorithm.FixedWindow fixed, long timeMillis) {
        boolean follows = fixed.followsCalendar();
        long start = windows(fixed, timeMillis).startOf(timeMillis);
        for (TimelineEntry entry : entries) {
            if (entry.cutsWindows(follows) && entry.cutAtMillis <= timeMillis) {
                start = Math.max(start, entry.cutAtMillis);
            }
        }
        return start;
    }

    /** Exclusive end of the window that a moment is in. */
    public long windowEnd(Algorithm.FixedWindow fixed, long timeMillis) {
        boolean follows = fixed.followsCalendar();
        long end = windows(fixed, timeMillis).endOf(timeMillis);
        for (TimelineEntry entry : entries) {
            if (entry.cutsWindows(follows) && entry.cutAtMillis > timeMillis) {
                end = Math.min(end, entry.cutAtMillis);
            }
        }
        return end;
    }

    /** Whether a window begins at a moment without a cut, by the calendar before it or by the one from it on. */
    public boolean beginsAnyway(Algorithm.FixedWindow fixed, long timeMillis) {
        return windows(fixed, timeMillis - 1).endOf(timeMillis - 1) == timeMillis
                || windows(fixed, timeMillis).startOf(timeMillis) == timeMillis;
    }

    private FixedWindows windows(Algorithm.FixedWindow fixed, long timeMillis) {
        return fixed.in(fixed.followsCalendar() ? calendarAt(timeMillis) : WindowCalendar.UTC);
    }

    /**
     * The change that cuts windows at exactly this moment, or null. Changes of the calendar may share it, with each
     * other and with one that resets or scales: then that one holds.
     *
     * @param followCalendar whether windows are meant that follow the calendar
     */
    @Nullable
    public TimelineEntry cutAt(long timeMillis, boolean followCalendar) {
        TimelineEntry found = null;
        for (TimelineEntry entry : entries) {
            if (entry.cutAtMillis == timeMillis
                    && entry.cutsWindows(followCalendar)
                    && (found == null || entry.cutsWindows() && !found.cutsWindows())) {
                found = entry;
            }
        }
        return found;
    }

    /** Whether usage of the windows that a change cuts counts in those that follow. */
    public static boolean carriesOver(TimelineEntry entry) {
        return entry.change instanceof AccountChange.PlanAssigned assigned
                ? assigned.carry() == AccountChange.Carry.SCALE
                        || assigned.carry() == AccountChange.Carry.KEEP && entry.moves()
                : entry.moves();
    }

    /** Whether a share of the usage is carried over and not the usage itself. */
    public static boolean scales(TimelineEntry entry) {
        return entry.change instanceof AccountChange.PlanAssigned assigned
                && assigned.carry() == AccountChange.Carry.SCALE;
    }

    /**
     * Forgets where changes came from that are applied: nothing names it any more. Only a suspension that holds does,
     * whose reason snapshots tell.
     */
    public void forgetSources() {
        boolean laterSuspension = false;
        for (int i = entries.size() - 1; i >= 0; i--) {
            TimelineEntry entry = entries.get(i);
            boolean suspends = entry.change instanceof AccountChange.Suspended;
            if (entry.isApplied() && (!suspends || entry.isEnded() || laterSuspension)) {
                entry.forgetSource();
            }
            laterSuspension |= entry.isApplied() && (suspends || entry.change instanceof AccountChange.Reinstated);
        }
    }

    /**
     * Forgets what no event can ask about any more.
     *
     * @param longestWindowMillis span of the longest window of any plan: cuts are kept for as long as a window that
     *     they cut may be open
     */
    public void prune(long oldestEventMillis, long longestWindowMillis) {
        if (entries.size() < 2) {
            return;
        }
        long cutRetention = Math.max(LEAST_CUT_RETENTION_MILLIS, longestWindowMillis + CUT_RETENTION_MARGIN_MILLIS);
        List<TimelineEntry> superseded = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            TimelineEntry entry = entries.get(i);
            if (!entry.isApplied() || entry.cutsWindows(true) && entry.cutAtMillis > oldestEventMillis - cutRetention) {
                continue;
            }
            for (int j = i + 1; j < entries.size(); j++) {
                TimelineEntry later = entries.get(j);
                if (later.isApplied() && later.cutAtMillis <= oldestEventMillis && later.contends(entry.change)) {
                    superseded.add(entry);
                    break;
                }
            }
        }
        entries.removeAll(superseded);
    }

    public void encode(ByteWriter writer) {
        writer.writeVarLong(entries.size());
        for (TimelineEntry entry : entries) {
            entry.encode(writer);
        }
    }

    public void decode(ByteReader reader) {
        int count = reader.readCount();
        for (int i = 0; i < count; i++) {
            add(TimelineEntry.decode(reader));
        }
    }
}
