package dev.tollgate.engine.internal.bucket;

import dev.tollgate.engine.internal.codec.ByteReader;
import dev.tollgate.engine.internal.codec.ByteWriter;
import dev.tollgate.engine.internal.rule.Levels;
import dev.tollgate.engine.internal.rule.Rule;
import dev.tollgate.planmodel.Threshold;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Usage of one limit by one account, project or key, and what that usage has raised. */
public abstract sealed class Bucket permits FixedBucket, RollingBucket {
    public final BucketGroup group;
    public final String scopeKey;

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
    public abstract boolean covers(long timeMillis);

    /** The level that rules compare with, in the native unit, at a moment not before the last event. */
    public abstract long level(long atMillis);

    /** Usage in units of the meter, rounded up, for people. */
    public abstract long used(long atMillis);

    /** Inclusive start of the time for which usage counts. */
    public abstract long windowStart();

    /** Exclusive end of the time for which usage counts. */
    public abstract long windowEnd();

    /** Whether usage in here is usage now, and not in a window that is over. */
    public abstract boolean isRunning(long judgementTimeMillis);

    /** Window start that distinguishes this bucket from others of its limit and scope key in event ids. */
    public abstract long identity();

    /** Stream time from which on nothing is taken any more and the bucket can go. */
    public abstract long closesAt();

    /** Counts an event that this bucket covers. Stream time has reached {@code streamTimeMillis}. */
    public abstract void add(long timeMillis, long cost, long streamTimeMillis);

    /** Undoes {@link #add}, as far as time has not done so. */
    public abstract void takeBack(long timeMillis, long cost, long streamTimeMillis);

    /** Follows the rule that holds at a moment, not before stream time, from then on. */
    public abstract void adopt(Rule rule, long streamTimeMillis, long judgementTimeMillis);

    /** Stream time at which an alert is over if nothing else happens. */
    public abstract long overAt(Alert alert);

    /** Whether an alert whose time is over can be raised again in this bucket. */
    public abstract boolean rearmsByTime();

    /** Stream time at which this bucket has to be looked at next. */
    public final long deadline() {
        long deadline = closesAt();
        List<Alert> list = alerts;
        if (list != null) {
            for (Alert alert : list) {
                if (alert.awaitsItsEnd(rearmsByTime())) {
                    deadline = Math.min(deadline, overAt(alert));
                }
            }
        }
        return deadline;
    }

    /** Wall-clock time at which a tick has to emit that an alert is over; {@link Long#MAX_VALUE} for none. */
    public final long tickAt() {
        long tick = Long.MAX_VALUE;
        List<Alert> list = alerts;
        if (list != null) {
            for (int i = 0; i < list.size(); i++) {
                if (list.get(i).isRaised()) {
                    tick = Math.min(tick, overAt(list.get(i)));
                }
            }
        }
        return tick;
    }

    public List<Alert> alerts() {
        List<Alert> list = alerts;
        return list == null ? List.of() : list;
    }

    @Nullable
    public Alert alertOf(@Nullable Threshold threshold) {
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

    /**
     * Whether an alert that is over would have ended later by what is in this bucket now: its end was emitted as of a
     * moment that stream time has yet to come to, and usage of before that moment has come since.
     */
    public final boolean outlastsItsEnd(Alert alert) {
        return alert.isOver() && overAt(alert) > alert.overAsOfMillis();
    }

    public void addAlert(Alert added) {
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
    public boolean isQuietUnder(Rule rule, long atMillis) {
        if (quietRule != rule) {
            recomputeQuiet(rule);
        }
        return level(atMillis) < quietBelow;
    }

    /** Has to be called whenever an alert changes. */
    public void forgetQuiet() {
        quietRule = null;
    }

    private void recomputeQuiet(Rule rule) {
        long lowest = Levels.NEVER;
        for (int target = 0; target < rule.targets(); target++) {
            Threshold threshold = thresholdOf(rule, target);
            Alert alert = alertOf(threshold);
            if (alert == null || alert.isRearmed()) {
                lowest = Math.min(lowest, rule.levelOf(target));
            } else if (alert.isOver() && (rearmsByTime() || outlastsItsEnd(alert))) {
                lowest = Math.min(lowest, Levels.holds(group.algorithm, rule.amount, threshold));
            }
        }
        quietBelow = lowest;
        quietRule = rule;
    }

    /** The threshold behind a target of a rule; null for the full amount. */
    public static @Nullable Threshold thresholdOf(Rule rule, int target) {
        List<Threshold> thresholds = rule.limit.thresholds();
        return target < thresholds.size() ? thresholds.get(target) : null;
    }

    final void encode(ByteWriter writer, long streamTimeMillis) {
        writer.writeString(scopeKey);
        encodeContent(writer, streamTimeMillis);
    }

    /** Everything but the scope key. Times are encoded relative to a moment, which is stream time or near it. */
    final void encodeContent(ByteWriter writer, long baseMillis) {
        encodeUsage(writer, baseMillis);
        writer.writeVarLong(alerts().size());
        for (Alert alert : alerts()) {
            alert.encode(writer, baseMillis);
        }
    }

    /** A moment near the times in this bucket, which changes only if the content does. */
    final long anchorMillis() {
        return switch (this) {
            case FixedBucket fixed -> fixed.windowStart();
            case RollingBucket rolling -> rolling.asOfMillis();
        };
    }

    final void decodeAlerts(ByteReader reader, long streamTimeMillis) {
        int count = reader.readCount();
        for (int i = 0; i < count; i++) {
            addAlert(Alert.decode(reader, streamTimeMillis));
        }
    }

    /** An older bucket of the same scope key, still open. */
    public final @Nullable Bucket next() {
        return next;
    }

    abstract void encodeUsage(ByteWriter writer, long streamTimeMillis);
}
