package dev.tollgate.engine;

import dev.tollgate.engine.plan.Algorithm;
import dev.tollgate.engine.plan.Limit;
import dev.tollgate.engine.plan.Scope;
import dev.tollgate.engine.plan.WindowUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All open buckets of one limit of one account. What a bucket means (meter, scope, algorithm) belongs to its identity: a
 * limit of the same id that counts otherwise has buckets of its own.
 */
final class BucketGroup {
    /** Key of the calls of all projects or API keys beyond the number that a limit tells apart. */
    static final String OVERFLOW_KEY = "*";

    final String limitId;
    final String meterId;
    final Scope scope;
    final Algorithm algorithm;

    /** Newest open bucket of the scope {@code ACCOUNT}. */
    private @Nullable Bucket account;

    /** Newest open bucket by project or API key; null until there is one. */
    private @Nullable TreeMap<String, Bucket> byScopeKey;

    BucketGroup(String limitId, String meterId, Scope scope, Algorithm algorithm) {
        this.limitId = limitId;
        this.meterId = meterId;
        this.scope = scope;
        this.algorithm = algorithm;
    }

    boolean isFor(Limit limit) {
        return limitId.equals(limit.id())
                && scope == limit.scope()
                && algorithm.equals(limit.algorithm())
                && meterId.equals(limit.meterId());
    }

    boolean sortsAfter(BucketGroup other) {
        return sortKey().compareTo(other.sortKey()) > 0;
    }

    private String sortKey() {
        return limitId + '\0' + meterId + '\0' + scope.ordinal() + algorithm;
    }

    /** The bucket that takes an event of this time and key, or null. */
    @Nullable
    Bucket find(String scopeKey, long timeMillis) {
        for (Bucket bucket = newest(scopeKey); bucket != null; bucket = bucket.next) {
            if (bucket.covers(timeMillis)) {
                return bucket;
            }
        }
        return null;
    }

    /** How many projects or API keys have an open bucket. */
    int scopeKeys() {
        TreeMap<String, Bucket> map = byScopeKey;
        return map == null ? 0 : map.size();
    }

    boolean hasScopeKey(String scopeKey) {
        return newest(scopeKey) != null;
    }

    /** Whether calls of several projects or keys are counted as one. */
    boolean hasOverflow() {
        return scope != Scope.ACCOUNT && hasScopeKey(OVERFLOW_KEY);
    }

    boolean isEmpty() {
        return account == null && scopeKeys() == 0;
    }

    /** Adds a bucket, newest window first. */
    void add(Bucket added) {
        Bucket newest = newest(added.scopeKey);
        if (newest == null || newest.windowStart() < added.windowStart()) {
            added.next = newest;
            setNewest(added.scopeKey, added);
            return;
        }
        Bucket before = newest;
        Bucket after = before.next;
        while (after != null && after.windowStart() > added.windowStart()) {
            before = after;
            after = after.next;
        }
        added.next = after;
        before.next = added;
    }

    void remove(Bucket removed) {
        Bucket newest = newest(removed.scopeKey);
        if (newest == removed) {
            setNewest(removed.scopeKey, removed.next);
            return;
        }
        for (Bucket bucket = newest; bucket != null; bucket = bucket.next) {
            if (bucket.next == removed) {
                bucket.next = removed.next;
                return;
            }
        }
    }

    /** Every open bucket, by scope key and then oldest window first. */
    void addAllTo(List<Bucket> all) {
        addChainTo(all, account);
        TreeMap<String, Bucket> map = byScopeKey;
        if (map != null) {
            map.values().forEach(newest -> addChainTo(all, newest));
        }
    }

    private static void addChainTo(List<Bucket> all, @Nullable Bucket newest) {
        int place = all.size();
        for (Bucket bucket = newest; bucket != null; bucket = bucket.next) {
            all.add(place, bucket);
        }
    }

    private @Nullable Bucket newest(String scopeKey) {
        if (scope == Scope.ACCOUNT) {
            return account;
        }
        TreeMap<String, Bucket> map = byScopeKey;
        return map == null ? null : map.get(scopeKey);
    }

    private void setNewest(String scopeKey, @Nullable Bucket bucket) {
        if (scope == Scope.ACCOUNT) {
            account = bucket;
            return;
        }
        TreeMap<String, Bucket> map = byScopeKey;
        if (bucket != null) {
            if (map == null) {
                map = new TreeMap<>();
                byScopeKey = map;
            }
            map.put(scopeKey, bucket);
        } else if (map != null) {
            map.remove(scopeKey);
        }
    }

    void encode(ByteWriter writer, long streamTimeMillis) {
        writer.writeString(limitId);
        writer.writeString(meterId);
        writer.writeByte(scope.ordinal());
        switch (algorithm) {
            case Algorithm.FixedWindow fixed -> {
                writer.writeByte(0);
                writer.writeByte(fixed.unit().ordinal());
            }
            case Algorithm.LeakyBucket leaky -> {
                writer.writeByte(1);
                writer.writeVarLong(leaky.periodMillis());
            }
            case Algorithm.SlidingWindow sliding -> {
                writer.writeByte(2);
                writer.writeVarLong(sliding.lengthMillis());
            }
            case Algorithm.Concurrency concurrency -> {
                writer.writeByte(3);
                writer.writeVarLong(concurrency.leaseMillis());
            }
        }
        List<Bucket> buckets = new ArrayList<>();
        addAllTo(buckets);
        writer.writeVarLong(buckets.size());
        for (Bucket bucket : buckets) {
            bucket.encode(writer, streamTimeMillis);
        }
    }

    static BucketGroup decode(ByteReader reader, long streamTimeMillis, int encoding) {
        String limitId = reader.readString();
        String meterId = reader.readString();
        Scope scope = reader.readEnum(Scope.values());
        int kind = reader.readByte();
        Algorithm algorithm = switch (kind) {
            case 0 -> new Algorithm.FixedWindow(reader.readEnum(WindowUnit.values()));
            case 1 -> new Algorithm.LeakyBucket(reader.readVarLong());
            case 2 -> new Algorithm.SlidingWindow(reader.readVarLong());
            case 3 -> new Algorithm.Concurrency(reader.readVarLong());
            default -> throw new IllegalArgumentException("unknown algorithm code " + kind);
        };
        BucketGroup group = new BucketGroup(limitId, meterId, scope, algorithm);
        int count = reader.readCount();
        for (int i = 0; i < count; i++) {
            String scopeKey = reader.readString();
            Bucket bucket = switch (algorithm) {
                case Algorithm.FixedWindow _ -> FixedBucket.decodeUsage(group, scopeKey, reader, streamTimeMillis);
                case Algorithm.LeakyBucket _ ->
                    LeakyBucket.decodeUsage(group, scopeKey, reader, streamTimeMillis, encoding);
                case Algorithm.SlidingWindow _ ->
                    SlidingBucket.decodeUsage(group, scopeKey, reader, streamTimeMillis, encoding);
                case Algorithm.Concurrency _ ->
                    ConcurrencyBucket.decodeUsage(group, scopeKey, reader, streamTimeMillis);
            };
            bucket.decodeAlerts(reader, streamTimeMillis);
            group.add(bucket);
        }
        return group;
    }
}
