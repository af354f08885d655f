package dev.tollgate.engine.internal.bucket;

import dev.tollgate.engine.internal.codec.ByteReader;
import dev.tollgate.engine.internal.codec.ByteWriter;
import dev.tollgate.planmodel.Threshold;
import org.jspecify.annotations.Nullable;

/** That a bucket has reached one of its thresholds, or the full amount. */
public final class Alert {
    private enum Phase {
        /** It holds. */
        RAISED,
        /** Its end was emitted, mostly ahead of stream time, which has yet to come to it. */
        OVER,
        /** A correction, a change of terms or stream time has undone it: it may be raised again. */
        REARMED
    }

    /**
     * Set in the encoded flags if the moment of the end follows. Alerts that were encoded before there was one lack it.
     */
    private static final int HAS_OVER_AS_OF = 8;

    /** Null for the full amount. */
    public final @Nullable Threshold threshold;

    private Phase phase = Phase.RAISED;
    private long ordinal;
    private long raisedAtMillis;
    private boolean advisory;

    /** The moment as of which the end was emitted; of use while it is over. */
    private long overAsOfMillis = Long.MAX_VALUE;

    /** Raises it for the first time. */
    public Alert(@Nullable Threshold threshold, boolean advisory, long streamTimeMillis) {
        this.threshold = threshold;
        this.advisory = advisory;
        this.raisedAtMillis = streamTimeMillis;
    }

    private Alert(@Nullable Threshold threshold) {
        this(threshold, false, 0);
    }

    /** Raises it once more. */
    public void raiseAgain(boolean asAdvice, long streamTimeMillis) {
        ordinal++;
        phase = Phase.RAISED;
        advisory = asAdvice;
        raisedAtMillis = streamTimeMillis;
    }

    /**
     * The event of its end was emitted.
     *
     * @param asOfMillis the moment at which it does not hold any more, stream time or a later one
     */
    public void end(long asOfMillis) {
        phase = Phase.OVER;
        overAsOfMillis = asOfMillis;
    }

    /** It may be raised again. */
    public void rearm() {
        phase = Phase.REARMED;
    }

    public boolean isRaised() {
        return phase == Phase.RAISED;
    }

    public boolean isOver() {
        return phase == Phase.OVER;
    }

    public boolean isRearmed() {
        return phase == Phase.REARMED;
    }

    /** The moment as of which the end was emitted, if it is over. */
    public long overAsOfMillis() {
        return overAsOfMillis;
    }

    /** How many times it had been re-armed when it was last raised. */
    public long ordinal() {
        return ordinal;
    }

    /** Stream time when it was last raised. */
    public long raisedAtMillis() {
        return raisedAtMillis;
    }

    /** Whether it was raised as advice. */
    public boolean isAdvisory() {
        return advisory;
    }

    /** Whether something happens when its time is over. */
    public boolean awaitsItsEnd(boolean rearmsByTime) {
        return phase == Phase.RAISED || phase == Phase.OVER && rearmsByTime;
    }

    void encode(ByteWriter writer, long streamTimeMillis) {
        // 0 stands for the full amount; thresholds are never 0.
        int code = threshold == null
                ? 0
                : threshold.basisPoints() * 2 + threshold.kind().ordinal();
        writer.writeVarLong(code);
        boolean hasOverAsOf = isOver() && overAsOfMillis != Long.MAX_VALUE;
        writer.writeByte(phase.ordinal() | (advisory ? 4 : 0) | (hasOverAsOf ? HAS_OVER_AS_OF : 0));
        writer.writeVarLong(ordinal);
        writer.writeSignedVarLong(streamTimeMillis - raisedAtMillis);
        if (hasOverAsOf) {
            writer.writeSignedVarLong(overAsOfMillis - streamTimeMillis);
        }
    }

    static Alert decode(ByteReader reader, long streamTimeMillis) {
        int code = Math.toIntExact(reader.readVarLong());
        Alert alert = new Alert(code == 0 ? null : new Threshold(Threshold.Kind.values()[code % 2], code / 2));
        int flags = reader.readByte();
        alert.phase = Phase.values()[flags & 3];
        alert.advisory = (flags & 4) != 0;
        alert.ordinal = reader.readVarLong();
        alert.raisedAtMillis = streamTimeMillis - reader.readSignedVarLong();
        if ((flags & HAS_OVER_AS_OF) != 0) {
            alert.overAsOfMillis = streamTimeMillis + reader.readSignedVarLong();
        }
        return alert;
    }
}
