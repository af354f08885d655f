package dev.tollgate.engine.internal.account;

import dev.tollgate.engine.internal.bucket.Bucket;
import dev.tollgate.engine.internal.bucket.BucketGroup;
import dev.tollgate.engine.internal.bucket.BucketOwner;
import dev.tollgate.engine.internal.bucket.KeyBuckets;
import dev.tollgate.engine.internal.bucket.Scopes;
import dev.tollgate.engine.internal.codec.ByteReader;
import dev.tollgate.engine.internal.codec.ByteWriter;
import dev.tollgate.engine.internal.timeline.Timeline;
import dev.tollgate.engine.scope.InMemoryScopeBuckets;
import dev.tollgate.engine.scope.ScopeBuckets;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Limit;
import dev.tollgate.planmodel.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What an {@code AccountState} holds. Two accounts are equal if their content is. */
public final class Account implements BucketOwner {
    private static final int ENCODING = BucketGroup.ENCODING_2;

    private static final int CORE_ENCODING = 1;

    private final String accountId;
    private final Timeline timeline = new Timeline();
    private final List<BucketGroup> groups = new ArrayList<>();
    private final Scopes scopes;

    private long streamTimeMillis = Timeline.NO_TIME;
    private long version;

    /** Latest effective date that was applied because a command said so, which may lie ahead of stream time. */
    private long appliedUpToMillis = Timeline.NO_TIME;

    /** The plan version that was last emitted as being in force; null before the first event or assignment. */
    private @Nullable PlanRef planInForce;

    /** The plan version that was last announced as coming. */
    private @Nullable PlanRef planAnnounced;

    // Not part of the state: worked out again when it is needed.

    /** The terms at {@link #judgementTime()}. */
    private @Nullable Terms terms;

    /** Earliest stream time at which something falls due; {@link Long#MIN_VALUE} if it has to be worked out. */
    private long nextDueMillis = Long.MIN_VALUE;

    /** A version of a plan, by name. */
    public record PlanRef(String planId, int version) {}

    private Account(String accountId, ScopeBuckets scopeBuckets) {
        this.accountId = accountId;
        this.scopes = new Scopes(this, scopeBuckets);
    }

    /**
     * The state of an account about which nothing is known yet.
     *
     * @throws IllegalArgumentException if the id is empty
     */
    public static Account empty(String accountId) {
        return empty(accountId, new InMemoryScopeBuckets());
    }

    /**
     * The same, with the buckets of projects and API keys in a store.
     *
     * @param scopeBuckets the account's own; it has nothing yet
     * @throws IllegalArgumentException if the id is empty
     */
    public static Account empty(String accountId, ScopeBuckets scopeBuckets) {
        if (accountId.isEmpty()) {
            throw new IllegalArgumentException("accountId must not be empty");
        }
        return new Account(accountId, scopeBuckets);
    }

    @Override
    public String accountId() {
        return accountId;
    }

    @Override
    public long streamTimeMillis() {
        return streamTimeMillis;
    }

    /** What was changed about the account, and when. */
    public Timeline timeline() {
        return timeline;
    }

    /** Usage by limit, sorted; those without a bucket are not part of the state. */
    public List<BucketGroup> groups() {
        return groups;
    }

    /** The records of projects and API keys. */
    public Scopes scopes() {
        return scopes;
    }

    /** Grows with every input that changed something and with every limit event. */
    public long version() {
        return version;
    }

    /** The version that an input or limit event gets which is about to change something. */
    public long nextVersion() {
        return ++version;
    }

    /** Stream time advances; never back. */
    public void advanceTo(long timeMillis) {
        if (timeMillis < streamTimeMillis) {
            throw new IllegalArgumentException(
                    "stream time must not go back from " + streamTimeMillis + " to " + timeMillis);
        }
        streamTimeMillis = timeMillis;
    }

    long appliedUpToMillis() {
        return appliedUpToMillis;
    }

    /** A change that takes effect at a moment is applied. */
    public void appliedUpTo(long effectiveAtMillis) {
        appliedUpToMillis = Math.max(appliedUpToMillis, effectiveAtMillis);
    }

    @Nullable
    public PlanRef planInForce() {
        return planInForce;
    }

    public void putInForce(PlanRef plan) {
        planInForce = plan;
    }

    @Nullable
    public PlanRef planAnnounced() {
        return planAnnounced;
    }

    public void announced(PlanRef plan) {
        planAnnounced = plan;
    }

    /** The terms at {@link #judgementTime()}, or null if they have to be worked out. */
    @Nullable
    Terms terms() {
        return terms;
    }

    void keepTerms(Terms worked) {
        terms = worked;
    }

    /** Something that the terms depend on has changed. */
    public void invalidateTerms() {
        terms = null;
    }

    /** Earliest stream time at which something falls due; {@link Long#MIN_VALUE} if it has to be worked out. */
    public long nextDueMillis() {
        return nextDueMillis;
    }

    public void dueAt(long millis) {
        nextDueMillis = millis;
    }

    @Override
    public void dueNoLaterThan(long millis) {
        nextDueMillis = Math.min(nextDueMillis, millis);
    }

    /** What falls due when has changed in a way that has to be worked out. */
    public void invalidateDue() {
        nextDueMillis = Long.MIN_VALUE;
    }

    /** The moment that "now" means for judging: stream time, or the date of a change that is known to hold already. */
    public long judgementTime() {
        return Math.max(streamTimeMillis, appliedUpToMillis);
    }

    public BucketGroup groupOf(Limit limit) {
        for (BucketGroup group : groups) {
            if (group.isFor(limit)) {
                return group;
            }
        }
        BucketGroup group = newGroup(limit.id(), limit.meterId(), limit.scope(), limit.algorithm());
        // Sorted, so that the order does not tell whether a state was kept in memory or read back.
        int place = groups.size();
        while (place > 0 && groups.get(place - 1).sortsAfter(group)) {
            place--;
        }
        groups.add(place, group);
        return group;
    }

    @Override
    public BucketGroup newGroup(String limitId, String meterId, Scope scope, Algorithm algorithm) {
        return new BucketGroup(limitId, meterId, scope, algorithm, scope == Scope.ACCOUNT ? null : scopes);
    }

    @Override
    public int freeNumber() {
        int number = 0;
        while (hasNumber(number)) {
            number++;
        }
        return number;
    }

    private boolean hasNumber(int number) {
        for (BucketGroup group : groups) {
            if (group.hasNumber(number)) {
                return true;
            }
        }
        return false;
    }

    @Override
    public KeyBuckets read(Scope scope, String key, byte[] bytes) {
        return KeyBuckets.decode(number -> groupOf(scope, number), scope, key, bytes);
    }

    /** The group that records of scope keys call by a number. */
    private BucketGroup groupOf(Scope scope, int number) {
        for (BucketGroup group : groups) {
            if (group.scope == scope && group.hasNumber(number)) {
                return group;
            }
        }
        throw new IllegalArgumentException(
                "account " + accountId + " has no limit with the number " + number + " for " + scope);
    }

    /** Shows every open bucket, in a fixed order: by limit, scope key and window. The action may change them. */
    public void forEachBucket(Consumer<Bucket> action) {
        for (BucketGroup group : List.copyOf(groups)) {
            group.forEach(action);
        }
    }

    /** The same for whoever changes nothing, between inputs. */
    public void peekAtEachBucket(Consumer<Bucket> reader) {
        for (BucketGroup group : List.copyOf(groups)) {
            group.peekAtEach(reader);
        }
    }

    /** Every open bucket, in the order of {@link #forEachBucket}; not to be called while an input is applied. */
    public List<Bucket> buckets() {
        List<Bucket> all = new ArrayList<>();
        peekAtEachBucket(all::add);
        return all;
    }

    /**
     * The whole content, with the buckets of all projects and API keys, in a form that every later version of the
     * engine reads.
     */
    public byte[] encode() {
        ByteWriter writer = new ByteWriter();
        writer.writeByte(ENCODING);
        encodeHead(writer);
        for (BucketGroup group : groups) {
            if (!group.isEmpty()) {
                group.encode(writer, streamTimeMillis);
            }
        }
        return writer.toBytes();
    }

    /**
     * The content without the buckets of projects and API keys, which stay in the {@link ScopeBuckets} that the state
     * was made with. Every later version of the engine reads it.
     */
    public byte[] encodeCore() {
        ByteWriter writer = new ByteWriter();
        writer.writeByte(CORE_ENCODING);
        encodeHead(writer);
        boolean scoped = false;
        for (BucketGroup group : groups) {
            if (!group.isEmpty()) {
                group.encodeCore(writer, streamTimeMillis);
                scoped |= group.scope != Scope.ACCOUNT;
            }
        }
        if (scoped) {
            scopes.encode(writer);
        }
        return writer.toBytes();
    }

    private void encodeHead(ByteWriter writer) {
        writer.writeString(accountId);
        writer.writeVarLong(streamTimeMillis - Timeline.NO_TIME);
        writer.writeVarLong(version);
        writer.writeVarLong(appliedUpToMillis - Timeline.NO_TIME);
        encodePlan(writer, planInForce);
        encodePlan(writer, planAnnounced);
        timeline.encode(writer);
        int used = 0;
        for (BucketGroup group : groups) {
            used += group.isEmpty() ? 0 : 1;
        }
        writer.writeVarLong(used);
    }

    /**
     * Reads what {@link #encode} wrote, now or in an earlier version.
     *
     * @throws IllegalArgumentException if the bytes are something else
     */
    public static Account decode(byte[] bytes) {
        ByteReader reader = new ByteReader(bytes);
        int encoding = reader.readByte();
        if (encoding < 1 || encoding > ENCODING) {
            throw new IllegalArgumentException("state encoding must be 1 to " + ENCODING + ", was " + encoding);
        }
        Account state = empty(reader.readString());
        int groups = state.decodeHead(reader);
        for (int i = 0; i < groups; i++) {
            state.groups().add(BucketGroup.decode(state, reader, encoding));
        }
        reader.requireEnd();
        state.scopes().settle();
        return state;
    }

    /**
     * Reads what {@link #encodeCore} wrote, now or in an earlier version.
     *
     * @param scopeBuckets the account's own, as they were when it was written
     * @throws IllegalArgumentException if the bytes are something else
     */
    public static Account decodeCore(byte[] bytes, ScopeBuckets scopeBuckets) {
        ByteReader reader = new ByteReader(bytes);
        int encoding = reader.readByte();
        if (encoding != CORE_ENCODING) {
            throw new IllegalArgumentException("account encoding must be " + CORE_ENCODING + ", was " + encoding);
        }
        Account state = empty(reader.readString(), scopeBuckets);
        int groups = state.decodeHead(reader);
        boolean scoped = false;
        for (int i = 0; i < groups; i++) {
            BucketGroup group = BucketGroup.decodeCore(state, reader);
            state.groups().add(group);
            scoped |= group.scope != Scope.ACCOUNT;
        }
        if (scoped) {
            state.scopes().decode(reader);
        }
        reader.requireEnd();
        return state;
    }

    /** Returns how many groups follow. */
    private int decodeHead(ByteReader reader) {
        streamTimeMillis = reader.readVarLong() + Timeline.NO_TIME;
        version = reader.readVarLong();
        appliedUpToMillis = reader.readVarLong() + Timeline.NO_TIME;
        planInForce = decodePlan(reader);
        planAnnounced = decodePlan(reader);
        timeline.decode(reader);
        return reader.readCount();
    }

    /** An independent copy. */
    public Account copy() {
        return decode(encode());
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof Account other && Arrays.equals(encode(), other.encode());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encode());
    }

    private static void encodePlan(ByteWriter writer, @Nullable PlanRef plan) {
        writer.writeBoolean(plan != null);
        if (plan != null) {
            writer.writeString(plan.planId());
            writer.writeVarLong(plan.version());
        }
    }

    private static @Nullable PlanRef decodePlan(ByteReader reader) {
        return reader.readBoolean() ? new PlanRef(reader.readString(), Math.toIntExact(reader.readVarLong())) : null;
    }
}
