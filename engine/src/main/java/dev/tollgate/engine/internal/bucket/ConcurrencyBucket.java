package dev.tollgate.engine.internal.bucket;

import dev.tollgate.engine.internal.codec.ByteReader;
import dev.tollgate.engine.internal.codec.ByteWriter;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Amount;
import java.util.ArrayList;
import java.util.List;

/** Calls in flight. Each holds a lease that ends with the call, or by itself. */
public final class ConcurrencyBucket extends RollingBucket {
    /** Most leases beyond the amount. Further starts hold nothing; the account is blocked anyway. */
    private static final int MAX_EXCESS = 1_000;

    private final long leaseMillis;

    /** The earliest end first. */
    private final List<Lease> leases = new ArrayList<>();

    /**
     * A call in flight, by a hash of its event id: 64 bits are unique enough among the calls that one account has open.
     */
    private record Lease(long call, long endsAtMillis) {}

    public ConcurrencyBucket(BucketGroup group, String scopeKey, Amount amount, long asOfMillis) {
        super(group, scopeKey, amount, asOfMillis);
        this.leaseMillis = ((Algorithm.Concurrency) group.algorithm).leaseMillis();
    }

    /** A call begins. */
    public void start(String eventId, long timeMillis, long streamTimeMillis) {
        settle(streamTimeMillis);
        long most = amount.isUnlimited() ? MAX_EXCESS : amount.units() + MAX_EXCESS;
        if (leases.size() >= most) {
            return;
        }
        Lease added = new Lease(hash(eventId), timeMillis + leaseMillis);
        int place = leases.size();
        while (place > 0 && leases.get(place - 1).endsAtMillis() > added.endsAtMillis()) {
            place--;
        }
        leases.add(place, added);
    }

    /** A call has ended. Returns whether it was in flight. */
    public boolean end(String eventId, long streamTimeMillis) {
        settle(streamTimeMillis);
        long call = hash(eventId);
        return leases.removeIf(lease -> lease.call() == call);
    }

    @Override
    public long level(long atMillis) {
        int ended = 0;
        while (ended < leases.size() && leases.get(ended).endsAtMillis() <= atMillis) {
            ended++;
        }
        return leases.size() - ended;
    }

    @Override
    public long used(long atMillis) {
        return level(atMillis);
    }

    @Override
    public long windowStart() {
        return asOfMillis;
    }

    @Override
    public long windowEnd() {
        return closesAt();
    }

    @Override
    public long closesAt() {
        return fallsBelow(1);
    }

    @Override
    long fallsBelow(long below) {
        if (leases.size() < below) {
            return asOfMillis;
        }
        return Math.max(asOfMillis, leases.get(leases.size() - (int) below).endsAtMillis());
    }

    @Override
    void settle(long timeMillis) {
        if (timeMillis > asOfMillis) {
            asOfMillis = timeMillis;
            while (!leases.isEmpty() && leases.getFirst().endsAtMillis() <= timeMillis) {
                leases.removeFirst();
            }
        }
    }

    @Override
    public void add(long timeMillis, long cost, long streamTimeMillis) {
        throw new IllegalStateException("limit " + group.limitId + " counts calls in flight, not costs");
    }

    @Override
    public void takeBack(long timeMillis, long cost, long streamTimeMillis) {
        throw new IllegalStateException("limit " + group.limitId + " counts calls in flight, not costs");
    }

    @Override
    public void carry(Amount from, Amount to, boolean reset, long streamTimeMillis) {
        // Calls in flight are in flight, whatever the plan.
    }

    /** FNV-1a with a final mix. */
    private static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ hash >>> 32) * 0xd6e8feb86659fd93L;
        return hash ^ hash >>> 32;
    }

    @Override
    void encodeUsage(ByteWriter writer, long streamTimeMillis) {
        writer.writeVarLong(amount.units());
        writer.writeSignedVarLong(streamTimeMillis - asOfMillis);
        writer.writeVarLong(leases.size());
        for (Lease lease : leases) {
            writer.writeVarLong(lease.call());
            writer.writeSignedVarLong(lease.endsAtMillis() - asOfMillis);
        }
    }

    static ConcurrencyBucket decodeUsage(BucketGroup group, String scopeKey, ByteReader reader, long streamTimeMillis) {
        Amount amount = new Amount(reader.readVarLong());
        ConcurrencyBucket bucket =
                new ConcurrencyBucket(group, scopeKey, amount, streamTimeMillis - reader.readSignedVarLong());
        int count = reader.readCount();
        for (int i = 0; i < count; i++) {
            bucket.leases.add(new Lease(reader.readVarLong(), bucket.asOfMillis + reader.readSignedVarLong()));
        }
        return bucket;
    }
}
