package dev.tollgate.engine;

import dev.tollgate.planmodel.Threshold;
import org.jspecify.annotations.Nullable;

/** That a bucket has reached one of its thresholds, or the full amount. */
final class Alert {
    enum Phase {
        /** It holds. */
        RAISED,
        /**
         * Its end was said. In a fixed window it is not raised again; elsewhere stream time has yet to come to its end.
         */
        OVER,
        /** A correction or a change of terms has undone it: it may be raised again. */
        REARMED
    }

    /** Null for the full amount. */
    final @Nullable Threshold threshold;

    Phase phase = Phase.RAISED;

    /** How many times it had been re-armed when it was last raised. */
    long ordinal;

    /** Stream time when it was last raised. */
    long raisedAtMillis;

    /** Whether it was raised as advice. */
    boolean advisory;

    Alert(@Nullable Threshold threshold) {
        this.threshold = threshold;
    }

    /** Whether something happens when its time is over. */
    boolean awaitsItsEnd(boolean rearmsByTime) {
        return phase == Phase.RAISED || phase == Phase.OVER && rearmsByTime;
    }

    void encode(ByteWriter writer, long streamTimeMillis) {
        // 0 stands for the full amount; thresholds are never 0.
        int code = threshold == null
                ? 0
                : threshold.basisPoints() * 2 + threshold.kind().ordinal();
        writer.writeVarLong(code);
        writer.writeByte(phase.ordinal() | (advisory ? 4 : 0));
        writer.writeVarLong(ordinal);
        writer.writeSignedVarLong(streamTimeMillis - raisedAtMillis);
    }

    static Alert decode(ByteReader reader, long streamTimeMillis) {
        int code = Math.toIntExact(reader.readVarLong());
        Alert alert = new Alert(code == 0 ? null : new Threshold(Threshold.Kind.values()[code % 2], code / 2));
        int flags = reader.readByte();
        alert.phase = Phase.values()[flags & 3];
        alert.advisory = (flags & 4) != 0;
        alert.ordinal = reader.readVarLong();
        alert.raisedAtMillis = streamTimeMillis - reader.readSignedVarLong();
        return alert;
    }
}
