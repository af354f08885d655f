package dev.tollgate.engine;

import dev.tollgate.engine.input.AccountChange;
import dev.tollgate.planmodel.Amount;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An account's changes in the order of their effective dates; changes of one date in the order in which they came. */
final class Timeline {
    /** Most changes that are kept: those to come, those within the dedupe horizon, and the last one of each kind. */
    static final int MAX_ENTRIES = 64;

    /** A cut is needed for as long as a window that it cuts may be open: the longest month and the longest grace. */
    private static final long CUT_RETENTION_MILLIS = 32 * 86_400_000L;

    final List<TimelineEntry> entries = new ArrayList<>();

    /** Whether an entry cuts windows; most accounts never have one. */
    private boolean cuts;

    void add(TimelineEntry added) {
        int place = entries.size();
        while (place > 0 && entries.get(place - 1).effectiveAtMillis > added.effectiveAtMillis) {
            place--;
        }
        entries.add(place, added);
        cuts |= added.cutsWindows();
    }

    /** Start of the stretch of unchanged terms that a moment is in. */
    long stretchStart(long timeMillis) {
        long start = Long.MIN_VALUE;
        for (TimelineEntry entry : entries) {
            if (entry.effectiveAtMillis <= timeMillis) {
                start = entry.effectiveAtMillis;
            }
        }
        return start;
    }

    /** Exclusive end of the stretch of unchanged terms that a moment is in. */
    long stretchEnd(long timeMillis) {
        for (TimelineEntry entry : entries) {
            if (entry.effectiveAtMillis > timeMillis) {
                return entry.effectiveAtMillis;
            }
        }
        return Long.MAX_VALUE;
    }

    @Nullable
    String planAt(long timeMillis) {
        String planId = null;
        for (TimelineEntry entry : entries) {
            if (entry.effectiveAtMillis <= timeMillis && entry.change instanceof AccountChange.PlanAssigned assigned) {
                planId = assigned.planId();
            }
        }
        return planId;
    }

    /** Effective date of the assignment that {@link #planAt} follows, or {@link AccountState#NO_TIME}. */
    long assignedAt(long timeMillis) {
        long assignedAt = AccountState.NO_TIME;
        for (TimelineEntry entry : entries) {
            if (entry.effectiveAtMillis <= timeMillis && entry.change instanceof AccountChange.PlanAssigned) {
                assignedAt = entry.effectiveAtMillis;
            }
        }
        return assignedAt;
    }

    /** Whether an assignment that takes effect after a moment was said to hold already. */
    boolean isAssignmentAnnouncedAfter(long timeMillis) {
        for (TimelineEntry entry : entries) {
            if (entry.effectiveAtMillis > timeMillis
                    && entry.announced
                    && entry.change instanceof AccountChange.PlanAssigned) {
                return true;
            }
        }
        return false;
    }

    /** Overridden amounts by limit id. */
    Map<String, Amount> overridesAt(long timeMillis) {
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

    boolean exemptAt(long timeMillis) {
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
    TimelineEntry suspensionAt(long timeMillis) {
        TimelineEntry latest = latestSuspension(timeMillis);
        if (latest != null && latest.change instanceof AccountChange.Suspended suspended) {
            Long until = suspended.untilMillis();
            return until == null || timeMillis < until ? latest : null;
        }
        return null;
    }

    /** The last suspension or reinstatement up to a moment, or null. */
    @Nullable
    TimelineEntry latestSuspension(long timeMillis) {
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
    long cutStart(long startMillis, long timeMillis) {
        long start = startMillis;
        for (TimelineEntry entry : entries) {
            if (entry.cutsWindows() && entry.cutAtMillis <= timeMillis) {
                start = Math.max(start, entry.cutAtMillis);
            }
        }
        return start;
    }

    /** End of the window that a moment is in, if the uncut window would end at {@code endMillis}. */
    long cutEnd(long endMillis, long timeMillis) {
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
    TimelineEntry cutAt(long timeMillis) {
        for (TimelineEntry entry : entries) {
            if (entry.cutsWindows() && entry.cutAtMillis == timeMillis) {
                return entry;
            }
        }
        return null;
    }

    /** Whether a plan change carries a share of the usage over. */
    static boolean scales(TimelineEntry entry) {
        return entry.change instanceof AccountChange.PlanAssigned assigned
                && assigned.carry() == AccountChange.Carry.SCALE;
    }

    /**
     * Forgets where changes came from that are applied: nothing names it any more. Only a suspension that holds does,
     * whose reason snapshots tell.
     */
    void forgetSources() {
        boolean laterSuspension = false;
        for (int i = entries.size() - 1; i >= 0; i--) {
            TimelineEntry entry = entries.get(i);
            boolean suspends = entry.change instanceof AccountChange.Suspended;
            if (entry.applied && (!suspends || entry.ended || laterSuspension)) {
                entry.source = null;
            }
            laterSuspension |= entry.applied && (suspends || entry.change instanceof AccountChange.Reinstated);
        }
    }

    /** Forgets what no event can ask about any more. */
    void prune(long oldestEventMillis) {
        if (entries.size() < 2) {
            return;
        }
        List<TimelineEntry> superseded = new ArrayList<>();
        for (int i = 0; i < entries.size(); i++) {
            TimelineEntry entry = entries.get(i);
            if (!entry.applied || entry.cutsWindows() && entry.cutAtMillis > oldestEventMillis - CUT_RETENTION_MILLIS) {
                continue;
            }
            for (int j = i + 1; j < entries.size(); j++) {
                TimelineEntry later = entries.get(j);
                if (later.applied && later.effectiveAtMillis <= oldestEventMillis && later.contends(entry.change)) {
                    superseded.add(entry);
                    break;
                }
            }
        }
        entries.removeAll(superseded);
    }

    void encode(ByteWriter writer) {
        writer.writeVarLong(entries.size());
        for (TimelineEntry entry : entries) {
            entry.encode(writer);
        }
    }

    void decode(ByteReader reader) {
        int count = reader.readCount();
        for (int i = 0; i < count; i++) {
            add(TimelineEntry.decode(reader));
        }
    }
}
