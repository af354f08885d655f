package dev.tollgate.engine.internal.bucket;

import dev.tollgate.engine.internal.codec.ByteReader;
import dev.tollgate.engine.internal.codec.ByteWriter;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Limit;
import dev.tollgate.planmodel.Scope;
import dev.tollgate.planmodel.time.WindowLength;
import dev.tollgate.planmodel.time.WindowUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All open buckets of one limit of one account. What a bucket means (meter, scope, algorithm) belongs to its identity:
 * a limit of the same id that counts otherwise has buckets of its own.
 */
public final class BucketGroup {
    /** Leaky buckets keep the fastest rate that they have had; parts of sliding windows take less room. */
    public static final int ENCODING_2 = 2;

    private static final int NO_NUMBER = -1;

    public final String limitId;
    public final String meterId;
    public final Scope scope;
    public final Algorithm algorithm;

    /** Where the buckets of projects and API keys are; null for the scope {@code ACCOUNT}. */
    private final @Nullable Scopes scopes;

    /**
     * What the records of scope keys call this group, different from that of all other groups of the account. It has
     * one while some key has a bucket of it: a group without buckets is not part of the state, and takes no number away
     * from others.
     */
    private int number = NO_NUMBER;

    /** Newest open bucket of the scope {@code ACCOUNT}. */
    private @Nullable Bucket account;

    /** How many projects or API keys have an open bucket of this limit. */
    private int scopeKeys;

    /** Whether {@link Scope#OVERFLOW_KEY} is one of them. */
    private boolean overflow;

    public BucketGroup(String limitId, String meterId, Scope scope, Algorithm algorithm, @Nullable Scopes scopes) {
        this.limitId = limitId;
        this.meterId = meterId;
        this.scope = scope;
        this.algorithm = algorithm;
        this.scopes = scopes;
    }

    public boolean isFor(Limit limit) {
        return limitId.equals(limit.id())
                && scope == limit.scope()
                && algorithm.equals(limit.algorithm())
                && meterId.equals(limit.meterId());
    }

    /** Whether its windows follow the calendar, so that another one cuts them. */
    public boolean followsCalendar() {
        return algorithm instanceof Algorithm.FixedWindow fixed && fixed.followsCalendar();
    }

    /**
     * How long its windows are.
     *
     * @throws IllegalStateException if it has no fixed windows
     */
    public WindowLength windowLength() {
        if (algorithm instanceof Algorithm.FixedWindow fixed) {
            return fixed.length();
        }
        throw new IllegalStateException("limit " + limitId + " has no fixed windows but " + algorithm);
    }

    public boolean sortsAfter(BucketGroup other) {
        return sortKey().compareTo(other.sortKey()) > 0;
    }

    private String sortKey() {
        return limitId + '\0' + meterId + '\0' + scope.ordinal() + algorithm;
    }

    /** The bucket that takes an event of this time and key, or null. */
    @Nullable
    public Bucket find(String scopeKey, long timeMillis) {
        for (Bucket bucket = newest(scopeKey); bucket != null; bucket = bucket.next) {
            if (bucket.covers(timeMillis)) {
                return bucket;
            }
        }
        return null;
    }

    /** Latest end of an open window of a key that ends by a moment; {@link Long#MIN_VALUE} if there is none. */
    public long latestEnd(String scopeKey, long timeMillis) {
        long latest = Long.MIN_VALUE;
        for (Bucket bucket = newest(scopeKey); bucket != null; bucket = bucket.next) {
            if (bucket.windowEnd() <= timeMillis) {
                latest = Math.max(latest, bucket.windowEnd());
            }
        }
        return latest;
    }

    /** Earliest start of an open window of a key that begins after a moment; {@link Long#MAX_VALUE} for none. */
    public long earliestStart(String scopeKey, long timeMillis) {
        long earliest = Long.MAX_VALUE;
        for (Bucket bucket = newest(scopeKey); bucket != null; bucket = bucket.next) {
            if (bucket.windowStart() > timeMillis) {
                earliest = Math.min(earliest, bucket.windowStart());
            }
        }
        return earliest;
    }

    /** Whether the records of scope keys call this group so. */
    public boolean hasNumber(int other) {
        return number == other;
    }

    /**
     * What the records of scope keys call this group.
     *
     * @throws IllegalStateException if no key has a bucket of it
     */
    int number() {
        if (number == NO_NUMBER) {
            throw new IllegalStateException("limit " + limitId + " has no bucket of " + scope + " and so no number");
        }
        return number;
    }

    /** How many projects or API keys have an open bucket. */
    public int scopeKeys() {
        return scopeKeys;
    }

    public boolean hasScopeKey(String scopeKey) {
        return newest(scopeKey) != null;
    }

    /** Whether calls of several projects or keys are counted as one. */
    public boolean hasOverflow() {
        return overflow;
    }

    public boolean isEmpty() {
        return account == null && scopeKeys == 0;
    }

    /** Adds a bucket, newest window first. */
    public void add(Bucket added) {
        Bucket newest = newest(added.scopeKey);
        if (newest == null || newest.windowStart() < added.windowStart()) {
            added.next = newest;
            setNewest(added.scopeKey, newest, added);
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

    public void remove(Bucket removed) {
        Bucket newest = newest(removed.scopeKey);
        if (newest == removed) {
            setNewest(removed.scopeKey, newest, removed.next);
            return;
        }
        for (Bucket bucket = newest; bucket != null; bucket = bucket.next) {
            if (bucket.next == removed) {
                bucket.next = removed.next;
                return;
            }
        }
    }

    /** The open buckets of the scope {@code ACCOUNT}, oldest window first. */
    public List<Bucket> accountBuckets() {
        return chain(account);
    }

    /** The open buckets of one project or API key, oldest window first. */
    public List<Bucket> bucketsOf(KeyBuckets record) {
        return chain(record.newestOf(this));
    }

    /** The newest open bucket of the scope {@code ACCOUNT}; the others follow it. */
    @Nullable
    public Bucket newestOfAccount() {
        return account;
    }

    /** Shows every open bucket, by scope key and then oldest window first. The action may change them. */
    public void forEach(Consumer<Bucket> action) {
        Scopes keys = scopes;
        if (keys == null) {
            accountBuckets().forEach(action);
        } else if (scopeKeys > 0) {
            keys.forEach(scope, record -> bucketsOf(record).forEach(action));
        }
    }

    /** The same for whoever changes nothing, between inputs. */
    public void peekAtEach(Consumer<Bucket> reader) {
        Scopes keys = scopes;
        if (keys == null) {
            accountBuckets().forEach(reader);
        } else if (scopeKeys > 0) {
            keys.peekAtEach(scope, record -> bucketsOf(record).forEach(reader));
        }
    }

    /**
     * The open buckets of some projects and API keys, in order, as {@link #forEach}; all of the scope {@code ACCOUNT}.
     */
    public void forEachOf(Iterable<ScopeKey> some, Consumer<Bucket> action) {
        Scopes keys = scopes;
        if (keys == null) {
            accountBuckets().forEach(action);
            return;
        }
        for (ScopeKey key : some) {
            if (key.scope() == scope) {
                keys.with(scope, key.key(), record -> bucketsOf(record).forEach(action));
            }
        }
    }

    private static List<Bucket> chain(@Nullable Bucket newest) {
        if (newest == null) {
            return List.of();
        }
        if (newest.next == null) {
            return List.of(newest);
        }
        List<Bucket> chain = new ArrayList<>(2);
        addChainTo(chain, newest);
        return chain;
    }

    static void addChainTo(List<Bucket> all, @Nullable Bucket newest) {
        int place = all.size();
        for (Bucket bucket = newest; bucket != null; bucket = bucket.next) {
            all.add(place, bucket);
        }
    }

    private @Nullable Bucket newest(String scopeKey) {
        Scopes keys = scopes;
        if (keys == null) {
            return account;
        }
        if (scopeKeys == 0 || !overflow && scopeKey.equals(Scope.OVERFLOW_KEY)) {
            return null;
        }
        return keys.take(scope, scopeKey).newestOf(this);
    }

    private void setNewest(String scopeKey, @Nullable Bucket before, @Nullable Bucket bucket) {
        Scopes keys = scopes;
        if (keys == null) {
            account = bucket;
            return;
        }
        keys.take(scope, scopeKey).setNewest(this, bucket);
        if ((before == null) != (bucket == null)) {
            if (scopeKeys == 0) {
                number = keys.freeNumber();
            }
            scopeKeys += bucket == null ? -1 : 1;
            if (scopeKeys == 0) {
                number = NO_NUMBER;
            }
            if (scopeKey.equals(Scope.OVERFLOW_KEY)) {
                overflow = bucket != null;
            }
        }
    }

    /** With all buckets. */
    public void encode(ByteWriter writer, long streamTimeMillis) {
        encodeIdentity(writer);
        List<Bucket> buckets = new ArrayList<>();
        peekAtEach(buckets::add);
        writer.writeVarLong(buckets.size());
        for (Bucket bucket : buckets) {
            bucket.encode(writer, streamTimeMillis);
        }
    }

    public static BucketGroup decode(BucketOwner owner, ByteReader reader, int encoding) {
        BucketGroup group = decodeIdentity(owner, reader);
        group.decodeBuckets(reader, owner.streamTimeMillis(), encoding);
        return group;
    }

    private void decodeBuckets(ByteReader reader, long streamTimeMillis, int encoding) {
        int count = reader.readCount();
        for (int i = 0; i < count; i++) {
            String scopeKey = reader.readString();
            Bucket bucket = decodeBucket(scopeKey, reader, streamTimeMillis, encoding);
            Scopes keys = scopes;
            if (keys == null) {
                add(bucket);
            } else {
                keys.with(scope, scopeKey, record -> add(bucket));
            }
        }
    }

    /**
     * With the buckets of the scope {@code ACCOUNT} only. Those of projects and API keys are in records of their own.
     */
    public void encodeCore(ByteWriter writer, long streamTimeMillis) {
        encodeIdentity(writer);
        if (scopes == null) {
            List<Bucket> buckets = accountBuckets();
            writer.writeVarLong(buckets.size());
            for (Bucket bucket : buckets) {
                bucket.encode(writer, streamTimeMillis);
            }
        } else {
            writer.writeVarLong(number);
            writer.writeVarLong(scopeKeys);
            writer.writeBoolean(overflow);
        }
    }

    public static BucketGroup decodeCore(BucketOwner owner, ByteReader reader) {
        BucketGroup group = decodeIdentity(owner, reader);
        if (group.scopes == null) {
            group.decodeBuckets(reader, owner.streamTimeMillis(), ENCODING_2);
            return group;
        }
        group.number = Math.toIntExact(reader.readVarLong());
        group.scopeKeys = Math.toIntExact(reader.readVarLong());
        group.overflow = reader.readBoolean();
        return group;
    }

    private void encodeIdentity(ByteWriter writer) {
        writer.writeString(limitId);
        writer.writeString(meterId);
        writer.writeByte(scope.ordinal());
        switch (algorithm) {
            case Algorithm.FixedWindow fixed -> {
                // Windows of one unit are written as they were before there were others.
                boolean one = fixed.length().count() == 1;
                writer.writeByte(one ? 0 : 4);
                writer.writeByte(fixed.length().unit().ordinal());
                if (!one) {
                    writer.writeVarLong(fixed.length().count());
                }
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
    }

    private static BucketGroup decodeIdentity(BucketOwner owner, ByteReader reader) {
        String limitId = reader.readString();
        String meterId = reader.readString();
        Scope scope = reader.readEnum(Scope.values());
        int kind = reader.readByte();
        Algorithm algorithm = switch (kind) {
            case 0 -> new Algorithm.FixedWindow(reader.readEnum(WindowUnit.values()));
            case 1 -> new Algorithm.LeakyBucket(reader.readVarLong());
            case 2 -> new Algorithm.SlidingWindow(reader.readVarLong());
            case 3 -> new Algorithm.Concurrency(reader.readVarLong());
            case 4 -> {
                WindowUnit unit = reader.readEnum(WindowUnit.values());
                yield new Algorithm.FixedWindow(Math.toIntExact(reader.readVarLong()), unit);
            }
            default -> throw new IllegalArgumentException("unknown algorithm code " + kind);
        };
        return owner.newGroup(limitId, meterId, scope, algorithm);
    }

    Bucket decodeBucket(String scopeKey, ByteReader reader, long baseMillis, int encoding) {
        Bucket bucket = switch (algorithm) {
            case Algorithm.FixedWindow _ -> FixedBucket.decodeUsage(this, scopeKey, reader, baseMillis);
            case Algorithm.LeakyBucket _ -> LeakyBucket.decodeUsage(this, scopeKey, reader, baseMillis, encoding);
            case Algorithm.SlidingWindow _ -> SlidingBucket.decodeUsage(this, scopeKey, reader, baseMillis, encoding);
            case Algorithm.Concurrency _ -> ConcurrencyBucket.decodeUsage(this, scopeKey, reader, baseMillis);
        };
        bucket.decodeAlerts(reader, baseMillis);
        return bucket;
    }
}
