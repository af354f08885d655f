/**
 * Kafka serializers in the Confluent wire format: one zero byte, the schema id as a big-endian int, the Avro binary.
 * Drop-in for any Kafka client and configured under Confluent's names.
 */
@NullMarked
package dev.tollgate.schemas.serde;

import org.jspecify.annotations.NullMarked;
