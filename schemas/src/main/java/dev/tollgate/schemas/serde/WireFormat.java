package dev.tollgate.schemas.serde;

import org.apache.kafka.common.errors.SerializationException;

/**
 * The five bytes before the Avro binary: magic byte 0 and the schema id, big-endian.
 *
 * @see <a
 *     href="https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/#wire-format">wire
 *     format of Confluent</a>
 */
public final class WireFormat {
    /** Length of the prefix in bytes. */
    public static final int PREFIX_BYTES = 5;

    private static final byte MAGIC = 0;

    private WireFormat() {}

    /**
     * The schema id of a payload.
     *
     * @throws SerializationException if the payload is shorter than the prefix or does not begin with the magic byte
     */
    public static int schemaId(byte[] payload) {
        if (payload.length < PREFIX_BYTES) {
            throw new SerializationException("payload is too short for the Confluent wire format: needs at least "
                    + PREFIX_BYTES + " bytes, was " + payload.length);
        }
        if (payload[0] != MAGIC) {
            throw new SerializationException(
                    "Unknown magic byte! The Confluent wire format begins with 0, was " + payload[0]);
        }
        return (payload[1] & 0xff) << 24 | (payload[2] & 0xff) << 16 | (payload[3] & 0xff) << 8 | payload[4] & 0xff;
    }

    /** Writes the prefix over the first {@value #PREFIX_BYTES} bytes of a payload. */
    public static void writePrefix(int schemaId, byte[] target) {
        target[0] = MAGIC;
        target[1] = (byte) (schemaId >>> 24);
        target[2] = (byte) (schemaId >>> 16);
        target[3] = (byte) (schemaId >>> 8);
        target[4] = (byte) schemaId;
    }
}
