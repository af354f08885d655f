package dev.tollgate.notify.internal.lane;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/** One partition of the log: what of it waits, and how far its accounts have come. */
final class PartitionProgress {
    private final Map<String, LaneProgress> accounts;
    private final TreeSet<Long> pending = new TreeSet<>();
    private long position;

    /**
     * @param position first offset that has not been read
     * @param accounts what was stored
     */
    PartitionProgress(long position, Map<String, LaneProgress> accounts) {
        this.position = position;
        this.accounts = new HashMap<>(accounts);
    }

    LaneProgress of(String account) {
        return accounts.getOrDefault(account, LaneProgress.START);
    }

    void put(String account, LaneProgress progress) {
        accounts.put(account, progress);
    }

    void read(long offset) {
        position = Math.max(position, offset + 1);
    }

    void open(long offset) {
        pending.add(offset);
    }

    void done(long offset) {
        pending.remove(offset);
    }

    int pending() {
        return pending.size();
    }

    /** What is before this offset is done. */
    long committable() {
        return pending.isEmpty() ? position : pending.first();
    }
}
