package dev.tollgate.streams;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.registry.RegistryUnavailableException;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.CoordinatorNotAvailableException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.OutOfOrderSequenceException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.TransactionalIdAuthorizationException;
import org.apache.kafka.common.errors.UnknownServerException;
import org.apache.kafka.common.errors.UnsupportedVersionException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.errors.LockException;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Faults as Kafka Streams 4.3.1 hands them to its handler, the ones seen in outages among them. */
class FaultKindTest {
    private static final String NO_POSITION = "No valid committed offset found for input [tollgate.request-events]";

    @ParameterizedTest
    @MethodSource
    void givenNoAnswer_whenLookedAt_thenItIsSilence(Throwable fault) {
        assertThat(FaultKind.of(fault)).isEqualTo(FaultKind.SILENCE);
    }

    static Throwable[] givenNoAnswer_whenLookedAt_thenItIsSilence() {
        return new Throwable[] {
            new StreamsException(new TimeoutException("Timeout expired after 60000ms while awaiting AddOffsetsToTxn")),
            new StreamsException("commit", new CoordinatorNotAvailableException("loading")),
            new StreamsException(new SerializationException("schema", unavailable())),
            new KafkaException(
                    "Failed to construct kafka producer",
                    new ConfigException("No resolvable bootstrap urls given in bootstrap.servers"))
        };
    }

    @ParameterizedTest
    @MethodSource
    void givenWhatElseComesOutOfKafka_whenLookedAt_thenItMayPass(Throwable fault) {
        assertThat(FaultKind.of(fault)).isEqualTo(FaultKind.KAFKA);
    }

    static Throwable[] givenWhatElseComesOutOfKafka_whenLookedAt_thenItMayPass() {
        return new Throwable[] {
            new StreamsException(
                    "Error encountered trying to commit a transaction",
                    new KafkaException(
                            "The client hasn't received acknowledgment for some previously sent messages and can no"
                                    + " longer retry them. It is safe to abort the transaction and continue.")),
            new StreamsException(new KafkaException("Unhandled error in EndTxnResponse: the producer's epoch is old")),
            new StreamsException(new OutOfOrderSequenceException("out of order")),
            new StreamsException(new InvalidTxnStateException("invalid")),
            new StreamsException(new UnknownServerException("disk")),
            new StreamsException(new RecordTooLargeException("17 MB")),
            new ProcessorStateException("Error opening store accounts", new KafkaException("locked")),
            new LockException("another thread has it"),
            new StreamsException(closedProducer())
        };
    }

    @ParameterizedTest
    @MethodSource
    void givenWhatWaitingDoesNotMend_whenLookedAt_thenItIsFatal(Throwable fault) {
        assertThat(FaultKind.of(fault)).isEqualTo(FaultKind.FATAL);
    }

    static Throwable[] givenWhatWaitingDoesNotMend_whenLookedAt_thenItIsFatal() {
        TopicPartition partition = new TopicPartition("tollgate.request-events", 3);
        return new Throwable[] {
            new StreamsException(new TopicAuthorizationException(Set.of("tollgate.usage-journal"))),
            new StreamsException(new ClusterAuthorizationException("no")),
            new StreamsException(new KafkaException(new TransactionalIdAuthorizationException("no"))),
            new StreamsException(new SaslAuthenticationException("wrong password")),
            new KafkaException("Failed to construct kafka consumer", new ConfigException("ssl.keystore.location")),
            new StreamsException(new UnsupportedVersionException("too old")),
            new StreamsException(new FencedInstanceIdException("another one is billing-1")),
            new StreamsException(NO_POSITION, new NoOffsetForPartitionException(partition)),
            new StreamsException(NO_POSITION, new OffsetOutOfRangeException(Map.of(partition, 7L))),
            new StreamsException(NO_POSITION),
            new StreamsException(new SerializationException("record does not fit its schema")),
            new OutOfMemoryError("Java heap space"),
            new StreamsException("failed", new ExceptionInInitializerError("broken"))
        };
    }

    @Test
    void givenAnExceptionOfOurCode_whenLookedAt_thenItIsTriedAFewTimes() {
        assertThat(FaultKind.of(new StreamsException(new IllegalStateException("the engine rejected a tick"))))
                .isEqualTo(FaultKind.OURS);
        assertThat(FaultKind.of(new StreamsException(ownBugInLibrary()))).isEqualTo(FaultKind.OURS);
    }

    @Test
    void givenLostPosition_whenExplained_thenPartitionMeaningAndRemedyAreNamed() {
        TopicPartition partition = new TopicPartition("tollgate.request-events", 3);
        Throwable fault = new StreamsException(NO_POSITION, new OffsetOutOfRangeException(Map.of(partition, 7L)));

        assertThat(Objects.requireNonNull(InputPositions.explain(fault, "billing")))
                .hasMessageContainingAll(
                        "tollgate.request-events-3 has no committed position, or one whose records have expired",
                        "kafka-consumer-groups.sh --group billing",
                        "--reset-offsets")
                .hasCause(fault);
        assertThat(InputPositions.explain(new StreamsException("else"), "billing"))
                .isNull();
    }

    @Test
    void givenCausesThatGoInACircle_whenLookedAt_thenItComesToAnEnd() {
        RuntimeException outer = new RuntimeException("outer");
        RuntimeException inner = new RuntimeException("inner", outer);
        outer.initCause(inner);

        assertThat(FaultKind.of(outer)).isEqualTo(FaultKind.OURS);
    }

    /** An exception of the JDK that was thrown on Kafka's side: by its producer, which is closed. */
    private static RuntimeException closedProducer() {
        KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", "127.0.0.1:1", "transactional.id", "t"),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        producer.close();
        try {
            producer.beginTransaction();
        } catch (IllegalStateException e) {
            return e;
        }
        throw new AssertionError("a closed producer takes no transaction");
    }

    /** An exception that the JDK throws at a call of ours. */
    private static RuntimeException ownBugInLibrary() {
        try {
            Objects.requireNonNull((Object) null);
        } catch (NullPointerException e) {
            return e;
        }
        throw new AssertionError("null is null");
    }

    private static RuntimeException unavailable() {
        try {
            new SchemaRegistryClient(RegistryConfig.ofUrl("http://127.0.0.1:1")).latest("subject");
        } catch (RegistryUnavailableException e) {
            return e;
        } catch (dev.tollgate.schemas.registry.RegistryRejection e) {
            throw new AssertionError("nobody listens there", e);
        }
        throw new AssertionError("nobody listens there");
    }
}
