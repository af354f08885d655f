package dev.tollgate.engine;

import dev.tollgate.engine.plan.Threshold;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Usage of one limit by one account, project or key, and what that usage has raised. */
abstract sealed class Bucket permits FixedBucket {
    final BucketGroup group;
    final String scopeKey;

    /** An older bucket of the same scope key, still open. */
    @Nullable
    Bucket next;

    /** Lowest threshold first, then the full amount; null until something is raised. */
    private @Nullable List<Alert> alerts;

    /** The rule that {@link #quietBelow} was worked out for. Not part of the state. */
    private @Nullable Rule quietRule;

    /** Below this level nothing new can be raised under {@link #quietRule}. Not part of the state. */
    private long quietBelow;

    Bucket(BucketGroup group, String scopeKey) {
        this.group = group;
        this.scopeKey = scopeKey;
    }

    /** Whether an event of this time belongs here. */
    abstract boolean covers(long timeMillis);

    /** The level that rules compare with, in the native unit. */
    abstract long level();

    /** Usage in units of the meter, for people. */
    abstract long used();

    /** Inclusive start of the time for which usage counts. */
    abstract long windowStart();

    /** Exclusive end of the time for which usage counts. */
    abstract long windowEnd();

    /** Window start that distinguishes this bucket from others of its limit and scope key in event ids. */
    abstract long identity();

    /** Whether one bucket can raise the same alert many times, so that its events are told apart by when that was. */
    abstract boolean alertsNeedTime();

    /** Stream time from which on nothing is taken any more and the bucket can go. */
    abstract long closesAt();

    /** Counts the cost of an event that this bucket covers. */
    abstract void add(long cost);

    /** Undoes {@link #add}. */
    abstract void takeBack(long cost);

    /** Stream time at which an alert is over if nothing else happens. */
    abstract long overAt(Alert alert);

    /** Stream time at which this bucket has to be looked at next. */
    final long deadline() {
        long deadline = closesAt();
        List<Alert> list = alerts;
        if (list != null) {
            for (Alert alert : list) {
                if (alert.phase == Alert.Phase.RAISED) {
                    deadline = Math.min(deadline, overAt(alert));
                }
            }
        }
        return deadline;
    }

    List<Alert> alerts() {
        List<Alert> list = alerts;
        return list == null ? List.of() : list;
    }

    @Nullable
    Alert alertOf(@Nullable Threshold threshold) {
        List<Alert> list = alerts;
        if (list != null) {
            for (Alert alert : list) {
                if (Objects.equals(alert.threshold, threshold)) {
                    return alert;
                }
            }
        }
        return null;
    }

    boolean holds(@Nullable Threshold threshold) {
        Alert alert = alertOf(threshold);
        return alert != null && alert.phase != Alert.Phase.REARMED;
    }

    void addAlert(Alert added) {
        List<Alert> list = alerts;
        if (list == null) {
            list = new ArrayList<>(2);
            alerts = list;
        }
        int place = 0;
        while (place < list.size() && precedes(list.get(place), added)) {
            place++;
        }
        list.add(place, added);
    }

    private static boolean precedes(Alert first, Alert second) {
        if (first.threshold == null) {
            return false;
        }
        return second.threshold == null || first.threshold.compareTo(second.threshold) < 0;
    }

    /** Whether the level is so low that nothing new can be raised: the one comparison that most events need. */
    boolean isQuietUnder(Rule rule) {
        if (quietRule != rule) {
            recomputeQuiet(rule);
        }
        return level() < quietBelow;
    }

    /** Has to be called whenever an alert changes. */
    void forgetQuiet() {
        quietRule = null;
    }

    private void recomputeQuiet(Rule rule) {
        long lowest = Rule.NEVER;
        for (int target = 0; target < rule.targets(); target++) {
            if (!holds(thresholdOf(rule, target))) {
                lowest = Math.min(lowest, rule.levelOf(target));
            }
        }
        quietBelow = lowest;
        quietRule = rule;
    }

    /** The threshold behind a target of a rule; null for the full amount. */
    static @Nullable Threshold thresholdOf(Rule rule, int target) {
        List<Threshold> thresholds = rule.limit.thresholds();
        return target < thresholds.size() ? thresholds.get(target) : null;
    }

    final void encode(ByteWriter writer, long streamTimeMillis) {
        writer.writeString(scopeKey);
        encodeUsage(writer, streamTimeMillis);
        writer.writeVarLong(alerts().size());
        for (Alert alert : alerts()) {
            alert.encode(writer, streamTimeMillis);
        }
    }

    final void decodeAlerts(ByteReader reader, long streamTimeMillis) {
        int count = reader.readCount();
        for (int i = 0; i < count; i++) {
            addAlert(Alert.decode(reader, streamTimeMillis));
        }
    }

    abstract void encodeUsage(ByteWriter writer, long streamTimeMillis);
}
