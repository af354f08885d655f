package dev.tollgate.notify.internal.alert;

import dev.tollgate.schemas.avro.LimitState;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The alerts of the partitions that one process reads, and what has to be sent of them now.
 *
 * <p>An alert that holds is due when it is new and again an interval after it was last accepted. Each time it says that
 * it ends {@link #INTERVALS_AHEAD} intervals later, so that it ends without anybody's doing if nobody sends it any
 * more. An alert that has ended is due with its end for as long as an Alertmanager could still take it for active.
 *
 * <p>Nothing of a partition is due before {@link #complete} says that its snapshots were read to the end: what was said
 * in between may be over. Not thread-safe.
 */
public final class AlertBook {
    /** As many as Prometheus allows itself: one lost post, or two, end no alert. */
    public static final int INTERVALS_AHEAD = 4;

    private final SnapshotAlerts alerts;
    private final Duration interval;
    private final Duration ahead;
    private final Map<Integer, Partition> partitions = new HashMap<>();

    /** @param interval how long an accepted alert is not sent again, positive */
    public AlertBook(SnapshotAlerts alerts, Duration interval) {
        this.alerts = alerts;
        this.interval = interval;
        this.ahead = interval.multipliedBy(INTERVALS_AHEAD);
    }

    private static final class Partition {
        /** By the record's key and then by the labels; keys without alerts are missing. */
        private final Map<String, Map<SortedMap<String, String>, Entry>> active = new HashMap<>();

        private final Map<SortedMap<String, String>, Entry> ended = new HashMap<>();
        private boolean complete;
    }

    private static final class Entry {
        private DerivedAlert alert;
        private final Instant startsAt;
        private @Nullable Instant acceptedAt;
        private @Nullable Instant endedAt;
        private boolean offered;

        Entry(DerivedAlert alert, Instant now) {
            this.alert = alert;
            this.startsAt = alert.since().isAfter(now) ? now : alert.since();
        }

        boolean isDue(Instant now, Duration interval) {
            return acceptedAt == null || !now.isBefore(acceptedAt.plus(interval));
        }
    }

    /** Takes over a snapshot; the newest one of a key is the one that was taken over last. */
    public void apply(int partition, String key, @Nullable LimitState state, Instant now) {
        Partition known = partitions.computeIfAbsent(partition, number -> new Partition());
        Map<SortedMap<String, String>, Entry> before = known.active.getOrDefault(key, Map.of());
        Map<SortedMap<String, String>, Entry> after = new HashMap<>();
        if (state != null) {
            for (DerivedAlert alert : alerts.of(state)) {
                if (alert.holdsAt(now)) {
                    Entry entry = before.get(alert.labels());
                    if (entry == null) {
                        entry = new Entry(alert, now);
                    } else {
                        entry.alert = alert;
                    }
                    after.put(alert.labels(), entry);
                    known.ended.remove(alert.labels());
                }
            }
        }
        before.forEach((labels, entry) -> {
            if (!after.containsKey(labels)) {
                end(known, labels, entry, now);
            }
        });
        if (after.isEmpty()) {
            known.active.remove(key);
        } else {
            known.active.put(key, after);
        }
    }

    /** The partition was read as far as it went when it was taken over. */
    public void complete(int partition) {
        partitions.computeIfAbsent(partition, number -> new Partition()).complete = true;
    }

    /** The partition is somebody else's now, who sends its alerts from here on. */
    public void drop(int partition) {
        partitions.remove(partition);
    }

    /** Whether each of these was read to its end. */
    public boolean isComplete(Collection<Integer> numbers) {
        return numbers.stream().allMatch(number -> {
            Partition known = partitions.get(number);
            return known != null && known.complete;
        });
    }

    /** How many alerts hold, as of the last look. */
    public int active() {
        return partitions.values().stream()
                .flatMap(partition -> partition.active.values().stream())
                .mapToInt(Map::size)
                .sum();
    }

    /** What to send now, ordered by labels. It stays due until {@link #accepted}. */
    public List<AlertPost> due(Instant now) {
        List<AlertPost> due = new ArrayList<>();
        for (Partition partition : partitions.values()) {
            expire(partition, now);
            if (!partition.complete) {
                continue;
            }
            for (Map<SortedMap<String, String>, Entry> ofKey : partition.active.values()) {
                ofKey.values().stream()
                        .filter(entry -> entry.isDue(now, interval))
                        .forEach(entry -> due.add(post(entry, earlier(now.plus(ahead), entry.alert.until()))));
            }
            partition.ended.values().stream()
                    .filter(entry -> entry.isDue(now, interval))
                    .forEach(entry -> due.add(post(entry, entry.endedAt == null ? now : entry.endedAt)));
        }
        due.sort(
                (one, other) -> one.labels().toString().compareTo(other.labels().toString()));
        return due;
    }

    /** An Alertmanager has taken these. */
    public void accepted(Collection<AlertPost> posts, Instant now) {
        Set<SortedMap<String, String>> labels = new HashSet<>();
        posts.forEach(post -> labels.add(post.labels()));
        for (Partition partition : partitions.values()) {
            for (Map<SortedMap<String, String>, Entry> ofKey : partition.active.values()) {
                ofKey.forEach((identity, entry) -> mark(labels, identity, entry, now));
            }
            partition.ended.forEach((identity, entry) -> mark(labels, identity, entry, now));
        }
    }

    private static void mark(
            Set<SortedMap<String, String>> labels, SortedMap<String, String> identity, Entry entry, Instant now) {
        if (labels.contains(identity)) {
            entry.acceptedAt = now;
        }
    }

    /** Ends what time has ended, and forgets ended alerts that have ended for every Alertmanager by now. */
    private void expire(Partition partition, Instant now) {
        Iterator<Map<SortedMap<String, String>, Entry>> keys =
                partition.active.values().iterator();
        while (keys.hasNext()) {
            Map<SortedMap<String, String>, Entry> ofKey = keys.next();
            ofKey.entrySet().removeIf(held -> {
                Entry entry = held.getValue();
                if (entry.alert.holdsAt(now)) {
                    return false;
                }
                end(partition, held.getKey(), entry, earlier(now, entry.alert.until()));
                return true;
            });
            if (ofKey.isEmpty()) {
                keys.remove();
            }
        }
        partition.ended.values().removeIf(entry -> entry.endedAt != null && !now.isBefore(entry.endedAt.plus(ahead)));
    }

    /** What was never offered to anybody has not begun for anybody. */
    private static void end(Partition partition, SortedMap<String, String> labels, Entry entry, Instant endsAt) {
        if (entry.offered) {
            entry.endedAt = endsAt;
            entry.acceptedAt = null;
            partition.ended.put(labels, entry);
        }
    }

    private static AlertPost post(Entry entry, Instant endsAt) {
        entry.offered = true;
        // Alertmanager wants an end behind the start.
        Instant end = endsAt.isAfter(entry.startsAt) ? endsAt : entry.startsAt.plusMillis(1);
        return new AlertPost(entry.alert.labels(), entry.alert.annotations(), entry.startsAt, end);
    }

    private static Instant earlier(Instant one, @Nullable Instant other) {
        return other == null || one.isBefore(other) ? one : other;
    }
}
