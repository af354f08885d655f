package dev.tollgate.api.live;

import dev.tollgate.schemas.topic.LimitStateKey;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The newest snapshot of each account, project and API key, as the bytes that the topic has. Decoded, they would take
 * several times the memory, and only those that somebody asks for are. Written by one thread, read by many.
 *
 * <p>In the order of their keys the snapshots of an account stand together: its own first, then those of its projects
 * and API keys, whose keys begin with the account id and U+0000, which no id contains.
 */
final class SnapshotStore {
    private final ConcurrentSkipListMap<String, byte[]> byKey = new ConcurrentSkipListMap<>();
    private final int max;

    /** The map would count its entries each time. */
    private final AtomicInteger size = new AtomicInteger();

    /** @param max how many there may be */
    SnapshotStore(int max) {
        this.max = max;
    }

    /**
     * Takes a snapshot in.
     *
     * @param key as in the topic, see {@link LimitStateKey#text}
     * @return false if there is no room for another one
     */
    boolean put(String key, byte[] snapshot) {
        if (byKey.replace(key, snapshot) != null) {
            return true;
        }
        if (size.get() >= max) {
            return false;
        }
        byKey.put(key, snapshot);
        size.incrementAndGet();
        return true;
    }

    void remove(String key) {
        if (byKey.remove(key) != null) {
            size.decrementAndGet();
        }
    }

    void clear() {
        byKey.clear();
        size.set(0);
    }

    int size() {
        return size.get();
    }

    /** The snapshots of an account; empty if there are none. */
    List<byte[]> of(String account) {
        List<byte[]> found = new ArrayList<>();
        for (Map.Entry<String, byte[]> entry : byKey.tailMap(account, true).entrySet()) {
            if (!LimitStateKey.parse(entry.getKey()).accountId().equals(account)) {
                break;
            }
            found.add(entry.getValue());
        }
        return found;
    }
}
