package dev.tollgate.sink.internal.ledger;

import dev.tollgate.sink.internal.clickhouse.OffsetRange;
import dev.tollgate.sink.status.SinkException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.jspecify.annotations.Nullable;

/**
 * What the group has committed for a partition: an offset, and in its metadata what the next owner must know.
 *
 * <p>Before a batch is inserted, its range is recorded: offset {@code from}, metadata {@code v=1;to=...}. Whoever finds
 * that, after a crash or a rebalance, goes on with exactly this range. The rest tells what must stand in the table, so
 * that a start can tell rows that are missing from markers of transactions, which make none.
 *
 * @param offset next to be written, >= 0
 * @param to end of the batch that is intended, exclusive; 0 for none
 * @param verifyTo end of the range in which rows may stand in any part, exclusive; 0 for none
 * @param stored end of the last record that stands, exclusive
 * @param rows that must stand, each position once; without those of an intended batch; -1 for unknown
 */
public record Ledger(long offset, long to, long verifyTo, long stored, long rows) {
    public static final long UNKNOWN = -1;

    private static final Pattern METADATA = Pattern.compile(
            "v=1(?:;to=(\\d{1,18}))?(?:;verify=(\\d{1,18}))?(?:;stored=(\\d{1,18}))?(?:;rows=(\\d{1,18}))?");

    /**
     * Reads what was committed.
     *
     * @throws SinkException if the metadata is not ours: a newer build's, or somebody else's
     */
    public static Ledger read(OffsetAndMetadata committed) {
        String metadata = committed.metadata();
        if (metadata.isEmpty()) {
            return new Ledger(committed.offset(), 0, 0, committed.offset(), UNKNOWN);
        }
        Matcher matcher = METADATA.matcher(metadata);
        if (!matcher.matches()
                || (matcher.group(1) != null && Long.parseLong(matcher.group(1)) <= committed.offset())) {
            throw new SinkException("the committed offset " + committed.offset()
                    + " carries metadata that this build cannot read: '" + metadata
                    + "', expected 'v=1;to=OFFSET;verify=OFFSET;stored=OFFSET;rows=NUMBER' or parts of it, to= beyond"
                    + " the offset; is another program in the consumer group?");
        }
        return new Ledger(
                committed.offset(),
                number(matcher.group(1), 0),
                number(matcher.group(2), 0),
                number(matcher.group(3), committed.offset()),
                number(matcher.group(4), UNKNOWN));
    }

    /** What is to be committed. */
    public OffsetAndMetadata committed() {
        StringBuilder metadata = new StringBuilder("v=1");
        if (to > 0) {
            metadata.append(";to=").append(to);
        }
        if (verifyTo > 0) {
            metadata.append(";verify=").append(verifyTo);
        }
        metadata.append(";stored=").append(stored);
        if (rows != UNKNOWN) {
            metadata.append(";rows=").append(rows);
        }
        return new OffsetAndMetadata(offset, metadata.toString());
    }

    /** The batch that was begun and perhaps not finished; null for none. */
    @Nullable
    public OffsetRange intent() {
        return to > 0 ? new OffsetRange(offset, to) : null;
    }

    private static long number(@Nullable String digits, long preset) {
        return digits == null ? preset : Long.parseLong(digits);
    }
}
