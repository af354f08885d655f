package dev.tollgate.sink;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The records of one batch: a range of one partition.
 *
 * <p>Before a batch is inserted, its range is recorded with the group's committed offset: offset {@code from}, metadata
 * {@code v=1;to=...}. Whoever finds that, after a crash or a rebalance, goes on with exactly this range.
 *
 * @param from first offset, inclusive, >= 0
 * @param to end, exclusive, > from. Offsets within may be missing (transaction markers, compaction).
 */
record OffsetRange(long from, long to) {
    private static final Pattern INTENT = Pattern.compile("v=1;to=(\\d{1,19})");

    OffsetRange {
        if (from < 0 || to <= from) {
            throw new IllegalArgumentException("a range needs 0 <= from < to, was " + from + " to " + to);
        }
    }

    /** The metadata that records the intent to write this range. */
    String metadata() {
        return "v=1;to=" + to;
    }

    /**
     * The intent that a committed offset carries; empty where it carries none.
     *
     * @throws SinkException if the metadata is not ours: a newer build's, or somebody else's
     */
    static Optional<OffsetRange> intent(long committedOffset, String metadata) {
        if (metadata.isEmpty()) {
            return Optional.empty();
        }
        Matcher matcher = INTENT.matcher(metadata);
        if (!matcher.matches() || Long.parseLong(matcher.group(1)) <= committedOffset) {
            throw new SinkException("the committed offset " + committedOffset
                    + " carries metadata that this build cannot read: '" + metadata
                    + "', expected 'v=1;to=OFFSET' beyond it; is another program in the consumer group?");
        }
        return Optional.of(new OffsetRange(committedOffset, Long.parseLong(matcher.group(1))));
    }
}
