package dev.tollgate.publisher.spool;

/** A keyed payload to keep. The arrays are the caller's and are neither copied nor changed. */
public final class SpoolRecord {
    private final byte[] key;
    private final byte[] payload;

    /**
     * @param key at most 1,024 bytes
     * @param payload at most 60,000 bytes; its first {@code headroom} bytes are not kept (see
     *     {@link SpoolConfig#headroomBytes()})
     */
    public SpoolRecord(byte[] key, byte[] payload) {
        this.key = key;
        this.payload = payload;
    }

    public byte[] key() {
        return key;
    }

    public byte[] payload() {
        return payload;
    }
}
