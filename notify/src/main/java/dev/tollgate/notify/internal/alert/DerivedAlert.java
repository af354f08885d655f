package dev.tollgate.notify.internal.alert;

import java.time.Instant;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * An alert that a snapshot says.
 *
 * @param labels its identity: the same alert has the same labels in every snapshot and after every restart
 * @param annotations figures for people; they change while it holds
 * @param since append time of the newest record in the snapshot
 * @param until when it is over by itself, exclusive; null if time alone does not end it
 */
record DerivedAlert(
        SortedMap<String, String> labels,
        SortedMap<String, String> annotations,
        Instant since,
        @Nullable Instant until) {
    DerivedAlert {
        labels = Collections.unmodifiableSortedMap(new TreeMap<>(labels));
        annotations = Collections.unmodifiableSortedMap(new TreeMap<>(annotations));
    }

    /** Whether it is not over at this moment. */
    boolean holdsAt(Instant now) {
        return until == null || now.isBefore(until);
    }
}
