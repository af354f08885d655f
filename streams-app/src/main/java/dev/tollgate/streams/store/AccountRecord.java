package dev.tollgate.streams.store;

import dev.tollgate.engine.AccountState;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * What is kept of one account: the engine's state and how far the account's records have been read. Mutable, owned by
 * one task.
 *
 * <p>Stored as: format (1 byte), newest append time (8), clock (8), last offset of request-events (8), first block of
 * the event index that has entries (4), first block of it that is needed (4), the greatest event ids
 * ({@link NewestIds}), then the engine's own encoding of the account without the buckets of projects and API keys,
 * which are records of their own ({@link KafkaScopeBuckets}).
 */
public final class AccountRecord {
    /** No request event of the account has been read yet. */
    public static final long NO_OFFSET = -1;

    private static final byte FORMAT = 3;
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

    private final NewestIds newestIds;

    /** Not stored with the account: entries that the event index does not have yet. */
    private final PendingEntries pendingEntries = new PendingEntries();

    /** Projects and API keys in the store; null for an account that keeps them in memory. */
    private final @Nullable KafkaScopeBuckets scopes;

    /** Length of the record as it was last read or written. */
    private int encodedBytes;

    private AccountRecord(
            String accountId,
            AccountState state,
            @Nullable KafkaScopeBuckets scopes,
            long asOfMillis,
            long clockMillis,
            long lastOffset,
            int firstIndexBlock,
            int firstNeededIndexBlock,
            NewestIds newestIds) {
        this.accountId = accountId;
        this.state = state;
        this.scopes = scopes;
        this.asOfMillis = asOfMillis;
        this.clockMillis = clockMillis;
        this.lastOffset = lastOffset;
        this.firstIndexBlock = firstIndexBlock;
        this.firstNeededIndexBlock = firstNeededIndexBlock;
        this.newestIds = newestIds;
        this.indexPrefix = prefixOf(accountId);
    }

    /**
     * What begins all keys of an account in a store that it shares with others: length of its id (2 bytes) and its id.
     */
    static byte[] prefixOf(String accountId) {
        byte[] id = accountId.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(2 + id.length)
                .putShort((short) id.length)
                .put(id)
                .array();
    }

    /** An account of which nothing is known, and which keeps its projects and API keys in memory. */
    public static AccountRecord empty(String accountId) {
        return new AccountRecord(
                accountId, AccountState.empty(accountId), null, 0, 0, NO_OFFSET, 0, 0, new NewestIds());
    }

    /** An account of which nothing is known. */
    static AccountRecord empty(String accountId, KafkaScopeBuckets scopes) {
        return new AccountRecord(
                accountId, AccountState.empty(accountId, scopes), scopes, 0, 0, NO_OFFSET, 0, 0, new NewestIds());
    }

    /**
     * Reads what {@link #encode} wrote.
     *
     * @param scopes the account's projects and API keys
     * @throws IllegalArgumentException if the bytes are something else
     */
    static AccountRecord decode(String accountId, byte[] bytes, KafkaScopeBuckets scopes) {
        if (bytes.length < HEADER_BYTES || bytes[0] != FORMAT) {
            throw new IllegalArgumentException("the record of account " + accountId + " has " + bytes.length
                    + " bytes and format " + (bytes.length == 0 ? "none" : bytes[0]) + ", expected format " + FORMAT);
        }
        ByteBuffer header = ByteBuffer.wrap(bytes, 1, bytes.length - 1);
        long asOfMillis = header.getLong();
        long clockMillis = header.getLong();
        long lastOffset = header.getLong();
        int firstIndexBlock = header.getInt();
        int firstNeededIndexBlock = header.getInt();
        NewestIds newestIds = NewestIds.decode(header);
        byte[] state = new byte[header.remaining()];
        header.get(state);
        AccountRecord record = new AccountRecord(
                accountId,
                AccountState.decodeCore(state, scopes),
                scopes,
                asOfMillis,
                clockMillis,
                lastOffset,
                firstIndexBlock,
                firstNeededIndexBlock,
                newestIds);
        record.encodedBytes = bytes.length;
        return record;
    }

    byte[] encode() {
        byte[] encodedState = state.encodeCore();
        encodedBytes = HEADER_BYTES + newestIds.encodedBytes() + encodedState.length;
        ByteBuffer encoded = ByteBuffer.allocate(encodedBytes)
                .put(FORMAT)
                .putLong(asOfMillis)
                .putLong(clockMillis)
                .putLong(lastOffset)
                .putInt(firstIndexBlock)
                .putInt(firstNeededIndexBlock);
        newestIds.encode(encoded);
        return encoded.put(encodedState).array();
    }

    public String accountId() {
        return accountId;
    }

    /** The engine's state; changed in place by applying inputs. */
    public AccountState state() {
        return state;
    }

    /** About how many bytes of the heap the account takes, without its projects and API keys. */
    public long heapBytes() {
        return KafkaAccountStore.ACCOUNT_BYTES + KafkaAccountStore.HEAP_FACTOR * encodedBytes;
    }

    /** How many projects and API keys have changed since they were last taken by {@link #takeUnpublishedStates}. */
    public int unpublishedStates() {
        return scopes == null ? 0 : scopes.unpublishedStates();
    }

    /** Takes the projects and API keys whose limit-state is to be published; those that have gone are among them. */
    public Set<ScopeId> takeUnpublishedStates() {
        return scopes == null ? Set.of() : scopes.takeUnpublishedStates();
    }

    /** Takes the projects and API keys whose totals are to be published. */
    public Set<ScopeId> takeUnpublishedTotals() {
        return scopes == null ? Set.of() : scopes.takeUnpublishedTotals();
    }

    /** All projects and API keys are to be published: nobody knows which of them were. */
    public void nothingIsPublished() {
        if (scopes != null) {
            scopes.nothingIsPublished();
        }
    }

    /** The record is dropped from memory. */
    void forgetScopes() {
        if (scopes != null) {
            scopes.forget();
        }
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
     * records, or the newest moment of a tick that it was given, whichever is later. It never goes back, and it follows
     * from the log alone.
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
        if (block > firstNeededIndexBlock) {
            firstNeededIndexBlock = block;
            newestIds.forgetBelow(block);
        }
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

    PendingEntries pendingEntries() {
        return pendingEntries;
    }
}
