package dev.tollgate.streams.store;

import dev.tollgate.engine.AccountState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of one account: the engine's state and how far the account's records have been read. Mutable, owned by
 * one task.
 *
 * <p>Stored as: format (1 byte), newest append time (8), clock (8), last offset of request-events (8), first block of
 * the event
 * index that has entries (4), first block of it that is needed (4), then the engine's own encoding.
 */
public final class AccountRecord {
    /** No request event of the account has been read yet. */
    public static final long NO_OFFSET = -1;

    private static final byte FORMAT = 2;
    private static final int HEADER_BYTES = 1 + 8 + 8 + 8 + 4 + 4;

    private final String accountId;
    private final AccountState state;
    private long asOfMillis;
    private long clockMillis;
    private long lastOffset;
    private int firstIndexBlock;
    private int firstNeededIndexBlock;

    /** Where expiry went on to; not stored, only spares the way there. */
    private @Nullable Bytes expiryCursor;

    /** Not stored either: what begins the keys of the account's entries in the event index. */
    private final byte[] indexPrefix;

    private final NewestIds newestIds = new NewestIds();

    private AccountRecord(
            String accountId,
            AccountState state,
            long asOfMillis,
            long clockMillis,
            long lastOffset,
            int firstIndexBlock,
            int firstNeededIndexBlock) {
        this.accountId = accountId;
        this.state = state;
        this.asOfMillis = asOfMillis;
        this.clockMillis = clockMillis;
        this.lastOffset = lastOffset;
        this.firstIndexBlock = firstIndexBlock;
        this.firstNeededIndexBlock = firstNeededIndexBlock;
        byte[] id = accountId.getBytes(StandardCharsets.UTF_8);
        this.indexPrefix = ByteBuffer.allocate(2 + id.length)
                .putShort((short) id.length)
                .put(id)
                .array();
    }

    /** An account of which nothing is known. */
    public static AccountRecord empty(String accountId) {
        return new AccountRecord(accountId, AccountState.empty(accountId), 0, 0, NO_OFFSET, 0, 0);
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @throws IllegalArgumentException if the bytes are something else
     */
    static AccountRecord decode(String accountId, byte[] bytes) {
        if (bytes.length < HEADER_BYTES || bytes[0] != FORMAT) {
            throw new IllegalArgumentException("the record of account " + accountId + " has " + bytes.length
                    + " bytes and format " + (bytes.length == 0 ? "none" : bytes[0]) + ", expected format " + FORMAT);
        }
        ByteBuffer header = ByteBuffer.wrap(bytes, 1, HEADER_BYTES - 1);
        long asOfMillis = header.getLong();
        long clockMillis = header.getLong();
        long lastOffset = header.getLong();
        int firstIndexBlock = header.getInt();
        int firstNeededIndexBlock = header.getInt();
        byte[] state = new byte[bytes.length - HEADER_BYTES];
        System.arraycopy(bytes, HEADER_BYTES, state, 0, state.length);
        return new AccountRecord(
                accountId,
                AccountState.decode(state),
                asOfMillis,
                clockMillis,
                lastOffset,
                firstIndexBlock,
                firstNeededIndexBlock);
    }

    byte[] encode() {
        byte[] encodedState = state.encode();
        return ByteBuffer.allocate(HEADER_BYTES + encodedState.length)
                .put(FORMAT)
                .putLong(asOfMillis)
                .putLong(clockMillis)
                .putLong(lastOffset)
                .putInt(firstIndexBlock)
                .putInt(firstNeededIndexBlock)
                .put(encodedState)
                .array();
    }

    public String accountId() {
        return accountId;
    }

    /** The engine's state; changed in place by applying inputs. */
    public AccountState state() {
        return state;
    }

    /** Append time of the newest record in the state, milliseconds since the epoch; 0 before the first. */
    public long asOfMillis() {
        return asOfMillis;
    }

    /** Offset of the newest request event in the state, or {@link #NO_OFFSET}. */
    public long lastOffset() {
        return lastOffset;
    }

    /** Notes that a record with this append time is in the state. */
    public void readUpTo(long appendedAtMillis) {
        asOfMillis = Math.max(asOfMillis, appendedAtMillis);
        passedUpTo(appendedAtMillis);
    }

    /**
     * The account's clock, milliseconds since the epoch; 0 before the first record: the newest append time of its
     * records, or
     * the newest moment of a tick that it was given, whichever is later. It never goes back, and it follows from the
     * log
     * alone.
     */
    public long clockMillis() {
        return clockMillis;
    }

    /** Notes that everything is said that was due at this moment. */
    public void passedUpTo(long millis) {
        clockMillis = Math.max(clockMillis, millis);
    }

    /** Notes that the request event at this offset is in the state. */
    public void readRequestAt(long offset, long appendedAtMillis) {
        lastOffset = offset;
        readUpTo(appendedAtMillis);
    }

    /** Blocks of the event index below this one are empty. */
    int firstIndexBlock() {
        return firstIndexBlock;
    }

    /** Blocks of the event index below this one may go. */
    int firstNeededIndexBlock() {
        return firstNeededIndexBlock;
    }

    void needIndexFrom(int block) {
        firstNeededIndexBlock = Math.max(firstNeededIndexBlock, block);
    }

    void indexIsEmptyBelow(int block) {
        firstIndexBlock = block;
        expiryCursor = null;
    }

    @Nullable
    Bytes expiryCursor() {
        return expiryCursor;
    }

    void expiryCursor(Bytes lastDeleted) {
        expiryCursor = lastDeleted;
    }

    byte[] indexPrefix() {
        return indexPrefix;
    }

    NewestIds newestIds() {
        return newestIds;
    }
}
