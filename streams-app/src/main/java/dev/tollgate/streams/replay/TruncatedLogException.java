package dev.tollgate.streams.replay;

/** The log does not reach back to an account's beginning any more, so that its state cannot be made from it. */
public final class TruncatedLogException extends Exception {
    private static final long serialVersionUID = 1;

    /** @param beginning offset of the oldest record that is left */
    TruncatedLogException(String topic, int partition, long beginning) {
        super("records of " + topic + ", partition " + partition + ", have expired: the oldest one left has offset "
                + beginning);
    }
}
