package dev.tollgate.schemas.serde;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Phase;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.avro.UsageTotal;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.registry.RegistryRejection;
import dev.tollgate.schemas.registry.RegistryUnavailableException;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.registry.TestingRegistry;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AvroSerdeTest {
    private static final String TOPIC = "tollgate.request-events";

    private TestingRegistry registry;

    @BeforeEach
    void startRegistry() throws IOException {
        registry = new TestingRegistry();
    }

    @AfterEach
    void stopRegistry() {
        registry.close();
    }

    @Test
    void givenARecord_whenWrittenAndRead_thenItIsTheSameAndTheBytesBeginWithTheId() {
        AvroSerde<RequestEvent> serde = serde(Map.of());
        RequestEvent event = event("e-1");

        byte[] bytes = serde.serializer().serialize(TOPIC, event);

        assertThat(bytes[0]).isZero();
        assertThat(ByteBuffer.wrap(bytes).getInt(1)).isEqualTo(700);
        assertThat(serde.deserializer().deserialize(TOPIC, bytes)).isEqualTo(event);
        assertThat(registry.requests())
                .containsExactly("POST /subjects/" + TOPIC + "-value/versions", "GET /schemas/ids/700");
    }

    @Test
    void givenNull_whenWrittenOrRead_thenItIsNull() {
        AvroSerde<RequestEvent> serde = serde(Map.of());

        assertThat(serde.serializer().serialize(TOPIC, null)).isNull();
        assertThat(serde.deserializer().deserialize(TOPIC, (byte[]) null)).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4})
    void givenFewerThanFiveBytes_whenRead_thenTheLengthIsNamed(int length) {
        assertThatThrownBy(() -> serde(Map.of()).deserializer().deserialize(TOPIC, new byte[length]))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("at least 5 bytes, was " + length);
    }

    @Test
    void givenForeignBytes_whenRead_thenTheMagicByteIsNamed() {
        assertThatThrownBy(() -> serde(Map.of()).deserializer().deserialize(TOPIC, "{\"json\":true}".getBytes()))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("Unknown magic byte!")
                .hasMessageContaining("123");
    }

    @Test
    void givenAnUnknownId_whenRead_thenTheCauseIsTheRegistrysAnswer() {
        byte[] bytes = {0, 0, 0, 0x7f, 1, 2, 3};

        assertThatThrownBy(() -> serde(Map.of()).deserializer().deserialize(TOPIC, bytes))
                .isInstanceOf(UnknownSchemaException.class)
                .hasMessageContaining("schema id 32513")
                .cause()
                .isInstanceOfSatisfying(
                        RegistryRejection.class,
                        rejection -> assertThat(rejection.errorCode()).isEqualTo(RegistryRejection.SCHEMA_NOT_FOUND));
    }

    @Test
    void givenAnyProperPrefixOfARecord_whenRead_thenItIsRejectedAsMalformed() {
        AvroSerde<RequestEvent> serde = serde(Map.of());
        byte[] whole = serde.serializer().serialize(TOPIC, event("e-1"));

        for (int length = 5; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);
            assertThatThrownBy(() -> serde.deserializer().deserialize(TOPIC, cut))
                    .as("first %d of %d bytes", length, whole.length)
                    .isInstanceOf(SerializationException.class)
                    .isNotInstanceOf(RetriableException.class);
        }
    }

    @Test
    void givenBytesBehindTheRecord_whenRead_thenItIsRejected() {
        AvroSerde<RequestEvent> serde = serde(Map.of());
        byte[] whole = serde.serializer().serialize(TOPIC, event("e-1"));

        assertThatThrownBy(() -> serde.deserializer().deserialize(TOPIC, Arrays.copyOf(whole, whole.length + 1)))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("goes on after the record");
    }

    @Test
    void givenALengthFieldOfGigabytes_whenRead_thenItIsRejectedWithoutAllocatingThem() {
        AvroSerde<RequestEvent> serde = serde(Map.of());
        serde.serializer().serialize(TOPIC, event("e-1"));
        // A string length of 2^31 - 1 in zigzag varint.
        byte[] bytes = {0, 0, 0, 2, (byte) 0xbc, (byte) 0xfe, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f, 65};

        assertThatThrownBy(() -> serde.deserializer().deserialize(TOPIC, bytes))
                .isInstanceOf(SerializationException.class);
    }

    @Test
    void givenARecordOfAnotherType_whenRead_thenBothTypesAreNamed() {
        AvroSerde<RequestEvent> serde = serde(Map.of());
        byte[] bytes = serde.serializer().serialize(TOPIC, event("e-1"));
        AvroDeserializer<UsageTotal> other = new AvroDeserializer<>(UsageTotal.class);
        other.configure(Map.of(RegistryConfig.URL, registry.url()), false);

        assertThatThrownBy(() -> other.deserialize(TOPIC, bytes))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("RequestEvent")
                .hasMessageContaining("UsageTotal");
    }

    @Test
    void givenARegistryThatIsStarting_whenUsed_thenItIsAskedAgain() {
        registry.failNext(2);

        byte[] bytes = serde(Map.of()).serializer().serialize(TOPIC, event("e-1"));

        assertThat(bytes).isNotEmpty();
        assertThat(registry.requests()).hasSize(3);
    }

    @Test
    void givenNoRegistry_whenRead_thenTheFailureIsRetriableAndNamesTheUrl() {
        String url = registry.url();
        AvroSerde<RequestEvent> serde = serde(Map.of());
        registry.close();

        assertThatThrownBy(() -> serde.deserializer().deserialize(TOPIC, new byte[] {0, 0, 0, 0, 9, 1}))
                .isInstanceOf(RegistryUnavailableException.class)
                .isInstanceOf(RetriableException.class)
                .hasMessageContaining(url);
    }

    @Test
    void givenAutoRegisterIsOff_whenTheSchemaIsUnknown_thenTheSubjectIsNamedAndNothingIsRegistered() {
        AvroSerde<RequestEvent> serde = serde(Map.of("auto.register.schemas", "false"));

        assertThatThrownBy(() -> serde.serializer().serialize(TOPIC, event("e-1")))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining(TOPIC + "-value");
        assertThat(registry.requests()).containsExactly("POST /subjects/" + TOPIC + "-value");
    }

    @Test
    void givenUseLatestVersion_whenTheNewestIsOurs_thenItsIdIsWritten() {
        serde(Map.of()).serializer().serialize(TOPIC, event("e-1"));

        AvroSerde<RequestEvent> latest = serde(Map.of("auto.register.schemas", false, "use.latest.version", true));
        byte[] bytes = latest.serializer().serialize(TOPIC, event("e-2"));

        assertThat(WireFormat.schemaId(bytes)).isEqualTo(700);
    }

    @ParameterizedTest
    @ValueSource(strings = {"RecordNameStrategy", "io.confluent.kafka.serializers.subject.RecordNameStrategy"})
    void givenRecordNameStrategy_whenWritten_thenTheSubjectIsTheFullName(String strategy) {
        serde(Map.of("value.subject.name.strategy", strategy)).serializer().serialize(TOPIC, event("e-1"));

        assertThat(registry.requests())
                .containsExactly("POST /subjects/dev.tollgate.schemas.avro.RequestEvent/versions");
    }

    @Test
    void givenBasicAuth_whenAsked_thenTheHeaderIsSentAndThePasswordIsMasked() {
        Map<String, Object> config = Map.of(
                RegistryConfig.URL,
                registry.url(),
                "basic.auth.credentials.source",
                "USER_INFO",
                "basic.auth.user.info",
                "alice:wonder");

        serde(config).serializer().serialize(TOPIC, event("e-1"));

        assertThat(registry.lastAuthorization()).isEqualTo("Basic YWxpY2U6d29uZGVy");
        assertThat(RegistryConfig.from(config).toString()).doesNotContain("wonder");
    }

    @Test
    void givenAConfigurationThatCannotWork_whenConfigured_thenKeyAndValueAreNamed() {
        assertThatThrownBy(() -> new AvroSerde<>(RequestEvent.class).configure(Map.of(), false))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("schema.registry.url is missing");
        assertThatThrownBy(() -> serde(Map.of("auto.register.schemas", "yes")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("auto.register.schemas must be true or false, was 'yes'");
        assertThatThrownBy(() -> RegistryConfig.ofUrl("localhost:8081"))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("localhost:8081");
    }

    @Test
    void givenManyThreads_whenTheyShareOneSerde_thenEachRecordArrivesWhole() throws Exception {
        AvroSerde<RequestEvent> serde = serde(Map.of());
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Future<Boolean>> results = new ArrayList<>();
            for (int thread = 0; thread < 8; thread++) {
                int number = thread;
                results.add(threads.submit(() -> {
                    for (int i = 0; i < 2_000; i++) {
                        RequestEvent event = event("e-" + number + "-" + "x".repeat(i % 50) + i);
                        byte[] bytes = serde.serializer().serialize(TOPIC, event);
                        if (!event.equals(serde.deserializer().deserialize(TOPIC, bytes))) {
                            return false;
                        }
                    }
                    return true;
                }));
            }
            for (Future<Boolean> result : results) {
                assertThat(result.get()).isTrue();
            }
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void givenTheClient_whenTheSameSchemaIsAskedForTwice_thenTheRegistryIsAskedOnce() throws Exception {
        SchemaRegistryClient client = new SchemaRegistryClient(
                new RegistryConfig(RegistryConfig.ofUrl(registry.url()).urls(), null, Duration.ofSeconds(5)));

        int first = client.register("s", RequestEvent.SCHEMA$);
        int second = client.register("s", RequestEvent.SCHEMA$);

        assertThat(second).isEqualTo(first);
        assertThat(registry.requests()).hasSize(1);
    }

    private AvroSerde<RequestEvent> serde(Map<String, ?> config) {
        Map<String, Object> all = new java.util.HashMap<>(config);
        all.put(RegistryConfig.URL, registry.url());
        AvroSerde<RequestEvent> serde = new AvroSerde<>(RequestEvent.class);
        serde.configure(all, false);
        return serde;
    }

    private static RequestEvent event(String id) {
        return RequestEvent.newBuilder()
                .setEventId(id)
                .setAccountId("acme")
                .setProjectId("p-1")
                .setEndpoint("/v2/mem-it")
                .setOccurredAt(Instant.parse("2026-11-01T10:00:00.123Z"))
                .setPhase(Phase.COMPLETED)
                .setOutcome(Outcome.SUCCESS)
                .setUnits(3L)
                .setAttributes(Map.of("region", "eu"))
                .build();
    }
}
