package dev.tollgate.engine.internal.timeline;

import dev.tollgate.engine.input.AccountChange;
import dev.tollgate.engine.internal.codec.ByteReader;
import dev.tollgate.engine.internal.codec.ByteWriter;
import dev.tollgate.planmodel.Amount;
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

    /** A cut is needed for as long as a window that it cuts may be open: the longest month and the longest grace. */
    private static final long CUT_RETENTION_MILLIS = 32 * 86_400_000L;

    public final List<TimelineEntry> entries = new ArrayList<>();

    /** Whether an entry cuts windows; most accounts never have one. */
    private boolean cuts;

    public void add(TimelineEntry added) {
        int place = entries.size();
        while (place > 0 && entries.get(place - 1).effectiveAtMillis > added.effectiveAtMillis) {
            place--;
        }
        entries.add(place, added);
        cuts |= added.cutsWindows();
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

    /** Start of the window that a moment is in, if the uncut window would start at {@code startMillis}. */
    public long cutStart(long startMillis, long timeMillis) {
        long start = startMillis;
        for (TimelineEntry entry : entries) {
            if (entry.cutsWindows() && entry.cutAtMillis <= timeMillis) {
                start = Math.max(start, entry.cutAtMillis);
            }
        }
        return start;
    }

    /** End of the window that a moment is in, if the uncut window would end at {@code endMillis}. */
    public long cutEnd(long endMillis, long timeMillis) {
        long end = endMillis;
        for (TimelineEntry entry : entries) {
            if (entry.cutsWindows() && entry.cutAtMillis > timeMillis) {
                end = Math.min(end, entry.cutAtMillis);
            }
        }
        return end;
    }

    /** The plan change that cuts windows at exactly this moment, or null. */
    @Nullable
    public TimelineEntry cutAt(long timeMillis) {
        for (TimelineEntry entry : entries) {
            if (entry.cutsWindows() && entry.cutAtMillis == timeMillis) {
                return entry;
            }
        }
        return null;
    }

    /** Whether a plan change carries a share of the usage over. */
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

    /** Forgets what no event can ask about any more. */
    public void prune(long oldestEventMillis) {
        if (entries.size() < 2) {
            return;
        }
        List<TimelineEntry> superseded = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            TimelineEntry entry = entries.get(i);
            if (!entry.isApplied()
                    || entry.cutsWindows() && entry.cutAtMillis > oldestEventMillis - CUT_RETENTION_MILLIS) {
                continue;
            }
            for (int j = i + 1; j < entries.size(); j++) {
                TimelineEntry later = entries.get(j);
                if (later.isApplied() && later.effectiveAtMillis <= oldestEventMillis && later.contends(entry.change)) {
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
