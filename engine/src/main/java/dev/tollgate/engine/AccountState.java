package dev.tollgate.engine;

import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Limit;
import dev.tollgate.planmodel.Scope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Everything that the engine knows about one account, but for the journal entries in the event index. Mutable, changed
 * by the engine only, and not thread-safe. Two states are equal if their content is.
 */
public final class AccountState {
    /** Stream time before the first event. */
    public static final long NO_TIME = -1;

    /** Leaky buckets keep the fastest rate that they have had; parts of sliding windows take less room. */
    static final int ENCODING_2 = 2;

    private static final int ENCODING = ENCODING_2;

    private static final int CORE_ENCODING = 1;

    final String accountId;
    final Timeline timeline = new Timeline();
    final List<BucketGroup> groups = new ArrayList<>();
    final Scopes scopes;

    private long streamTimeMillis = NO_TIME;
    private long version;

    /** Latest effective date that was applied because a command said so, which may lie ahead of stream time. */
    private long appliedUpToMillis = NO_TIME;

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
    record PlanRef(String planId, int version) {}

    private AccountState(String accountId, ScopeBuckets scopeBuckets) {
        this.accountId = accountId;
        this.scopes = new Scopes(this, scopeBuckets);
    }

    /**
     * The state of an account about which nothing is known yet.
     *
     * @throws IllegalArgumentException if the id is empty
     */
    public static AccountState empty(String accountId) {
        return empty(accountId, new InMemoryScopeBuckets());
    }

    /**
     * The same, with the buckets of projects and API keys in a store.
     *
     * @param scopeBuckets the account's own; it has nothing yet
     * @throws IllegalArgumentException if the id is empty
     */
    public static AccountState empty(String accountId, ScopeBuckets scopeBuckets) {
        if (accountId.isEmpty()) {
            throw new IllegalArgumentException("accountId must not be empty");
        }
        return new AccountState(accountId, scopeBuckets);
    }

    public String accountId() {
        return accountId;
    }

    /** Highest event time accepted so far, milliseconds since the epoch, or {@link #NO_TIME}. */
    public long streamTimeMillis() {
        return streamTimeMillis;
    }

    /** Grows with every input that changed something and with every limit event. */
    public long version() {
        return version;
    }

    /** The version that an input or limit event gets which is about to change something. */
    long nextVersion() {
        return ++version;
    }

    /** Stream time advances; never back. */
    void advanceTo(long timeMillis) {
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
    void appliedUpTo(long effectiveAtMillis) {
        appliedUpToMillis = Math.max(appliedUpToMillis, effectiveAtMillis);
    }

    @Nullable
    PlanRef planInForce() {
        return planInForce;
    }

    void putInForce(PlanRef plan) {
        planInForce = plan;
    }

    @Nullable
    PlanRef planAnnounced() {
        return planAnnounced;
    }

    void announced(PlanRef plan) {
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
    void invalidateTerms() {
        terms = null;
    }

    /** Earliest stream time at which something falls due; {@link Long#MIN_VALUE} if it has to be worked out. */
    long nextDueMillis() {
        return nextDueMillis;
    }

    void dueAt(long millis) {
        nextDueMillis = millis;
    }

    /** Something new falls due at a moment. */
    void dueNoLaterThan(long millis) {
        nextDueMillis = Math.min(nextDueMillis, millis);
    }

    /** What falls due when has changed in a way that has to be worked out. */
    void invalidateDue() {
        nextDueMillis = Long.MIN_VALUE;
    }

    /** The moment that "now" means for judging: stream time, or the date of a change that is known to hold already. */
    long judgementTime() {
        return Math.max(streamTimeMillis, appliedUpToMillis);
    }

    BucketGroup groupOf(Limit limit) {
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

    /** A group that is not part of the state yet. */
    BucketGroup newGroup(String limitId, String meterId, Scope scope, Algorithm algorithm) {
        return new BucketGroup(limitId, meterId, scope, algorithm, scope == Scope.ACCOUNT ? null : scopes);
    }

    /** The lowest number that no group has; no record of a scope key names it. */
    int freeNumber() {
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

    /** The group that records of scope keys call by a number. */
    BucketGroup groupOf(Scope scope, int number) {
        for (BucketGroup group : groups) {
            if (group.scope == scope && group.hasNumber(number)) {
                return group;
            }
        }
        throw new IllegalArgumentException(
                "account " + accountId + " has no limit with the number " + number + " for " + scope);
    }

    /** Shows every open bucket, in a fixed order: by limit, scope key and window. The action may change them. */
    void forEachBucket(Consumer<Bucket> action) {
        for (BucketGroup group : List.copyOf(groups)) {
            group.forEach(action);
        }
    }

    /** The same for whoever changes nothing, between inputs. */
    void peekAtEachBucket(Consumer<Bucket> reader) {
        for (BucketGroup group : List.copyOf(groups)) {
            group.peekAtEach(reader);
        }
    }

    /** Every open bucket, in the order of {@link #forEachBucket}; not to be called while an input is applied. */
    List<Bucket> buckets() {
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
        writer.writeVarLong(streamTimeMillis - NO_TIME);
        writer.writeVarLong(version);
        writer.writeVarLong(appliedUpToMillis - NO_TIME);
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
    public static AccountState decode(byte[] bytes) {
        ByteReader reader = new ByteReader(bytes);
        int encoding = reader.readByte();
        if (encoding < 1 || encoding > ENCODING) {
            throw new IllegalArgumentException("state encoding must be 1 to " + ENCODING + ", was " + encoding);
        }
        AccountState state = empty(reader.readString());
        int groups = state.decodeHead(reader);
        for (int i = 0; i < groups; i++) {
            state.groups.add(BucketGroup.decode(state, reader, encoding));
        }
        reader.requireEnd();
        state.scopes.settle();
        return state;
    }

    /**
     * Reads what {@link #encodeCore} wrote, now or in an earlier version.
     *
     * @param scopeBuckets the account's own, as they were when it was written
     * @throws IllegalArgumentException if the bytes are something else
     */
    public static AccountState decodeCore(byte[] bytes, ScopeBuckets scopeBuckets) {
        ByteReader reader = new ByteReader(bytes);
        int encoding = reader.readByte();
        if (encoding != CORE_ENCODING) {
            throw new IllegalArgumentException("account encoding must be " + CORE_ENCODING + ", was " + encoding);
        }
        AccountState state = empty(reader.readString(), scopeBuckets);
        int groups = state.decodeHead(reader);
        boolean scoped = false;
        for (int i = 0; i < groups; i++) {
            BucketGroup group = BucketGroup.decodeCore(state, reader);
            state.groups.add(group);
            scoped |= group.scope != Scope.ACCOUNT;
        }
        if (scoped) {
            state.scopes.decode(reader);
        }
        reader.requireEnd();
        return state;
    }

    /** Returns how many groups follow. */
    private int decodeHead(ByteReader reader) {
        streamTimeMillis = reader.readVarLong() + NO_TIME;
        version = reader.readVarLong();
        appliedUpToMillis = reader.readVarLong() + NO_TIME;
        planInForce = decodePlan(reader);
        planAnnounced = decodePlan(reader);
        timeline.decode(reader);
        return reader.readCount();
    }

    /** An independent copy. */
    public AccountState copy() {
        return decode(encode());
    }

    @Override
    public boolean equals(Object object) {
        return object instanceof AccountState other && Arrays.equals(encode(), other.encode());
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(encode());
    }

    @Override
    public String toString() {
        return "AccountState[" + accountId + ", streamTime=" + streamTimeMillis + ", version=" + version + ", buckets="
                + buckets().size() + "]";
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
