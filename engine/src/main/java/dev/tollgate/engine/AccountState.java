package dev.tollgate.engine;

import dev.tollgate.engine.plan.Limit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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

    final String accountId;
    final Timeline timeline = new Timeline();
    final List<BucketGroup> groups = new ArrayList<>();

    long streamTimeMillis = NO_TIME;
    long version;

    /** Latest effective date that was applied because a command said so, which may lie ahead of stream time. */
    long appliedUpToMillis = NO_TIME;

    /** The plan version that was last said to be in force; null before the first event or assignment. */
    @Nullable
    PlanRef planInForce;

    /** The plan version that was last announced as coming. */
    @Nullable
    PlanRef planAnnounced;

    // Not part of the state: worked out again when it is needed.

    /** The terms at {@link #judgementTime()}. */
    @Nullable
    Terms front;

    /** Earliest stream time at which something falls due; {@link Long#MIN_VALUE} if it has to be worked out. */
    long nextDueMillis = Long.MIN_VALUE;

    /** A version of a plan, by name. */
    record PlanRef(String planId, int version) {}

    private AccountState(String accountId) {
        this.accountId = accountId;
    }

    /**
     * The state of an account about which nothing is known yet.
     *
     * @throws IllegalArgumentException if the id is empty
     */
    public static AccountState empty(String accountId) {
        if (accountId.isEmpty()) {
            throw new IllegalArgumentException("accountId must not be empty");
        }
        return new AccountState(accountId);
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
        BucketGroup group = new BucketGroup(limit.id(), limit.meterId(), limit.scope(), limit.algorithm());
        // Sorted, so that the order does not tell whether a state was kept in memory or read back.
        int place = groups.size();
        while (place > 0 && groups.get(place - 1).sortsAfter(group)) {
            place--;
        }
        groups.add(place, group);
        return group;
    }

    /** Every open bucket, in a fixed order. */
    List<Bucket> buckets() {
        List<Bucket> all = new ArrayList<>();
        for (BucketGroup group : groups) {
            group.addAllTo(all);
        }
        return all;
    }

    /** The content in a compact form that every later version of the engine reads. */
    public byte[] encode() {
        ByteWriter writer = new ByteWriter();
        writer.writeByte(ENCODING);
        writer.writeString(accountId);
        writer.writeVarLong(streamTimeMillis - NO_TIME);
        writer.writeVarLong(version);
        writer.writeVarLong(appliedUpToMillis - NO_TIME);
        encodePlan(writer, planInForce);
        encodePlan(writer, planAnnounced);
        timeline.encode(writer);
        writer.writeVarLong(groups.stream().filter(group -> !group.isEmpty()).count());
        for (BucketGroup group : groups) {
            if (!group.isEmpty()) {
                group.encode(writer, streamTimeMillis);
            }
        }
        return writer.toBytes();
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
        state.streamTimeMillis = reader.readVarLong() + NO_TIME;
        state.version = reader.readVarLong();
        state.appliedUpToMillis = reader.readVarLong() + NO_TIME;
        state.planInForce = decodePlan(reader);
        state.planAnnounced = decodePlan(reader);
        state.timeline.decode(reader);
        int groups = reader.readCount();
        for (int i = 0; i < groups; i++) {
            state.groups.add(BucketGroup.decode(reader, state.streamTimeMillis, encoding));
        }
        reader.requireEnd();
        return state;
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
