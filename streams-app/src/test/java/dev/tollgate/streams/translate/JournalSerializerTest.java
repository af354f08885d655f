package dev.tollgate.streams.translate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.Verdict;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.registry.TestingRegistry;
import dev.tollgate.schemas.serde.AvroSerializer;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class JournalSerializerTest {
    private static final String TOPIC = "tollgate.usage-journal";

    private TestingRegistry registry;
    private AvroSerializer<SpecificRecord> avro;
    private JournalSerializer serializer;

    @BeforeEach
    void start() throws IOException {
        registry = new TestingRegistry();
        SchemaRegistryClient client = new SchemaRegistryClient(RegistryConfig.ofUrl(registry.url()));
        avro = new AvroSerializer<>(client);
        serializer = new JournalSerializer(client);
    }

    @AfterEach
    void stop() {
        serializer.close();
        avro.close();
        registry.close();
    }

    @Test
    void givenAnyEntry_whenWritten_thenTheBytesAreThoseOfAvrosWriter() {
        String given = System.getProperty("tollgate.seed");
        long first = given == null ? 1 : Long.parseLong(given);
        for (long seed = first; seed < first + (given == null ? 5_000 : 1); seed++) {
            UsageJournalEntry entry = entry(new SplittableRandom(seed));

            assertThat(serializer.serialize(TOPIC, entry))
                    .as("-Dtollgate.seed=%d: %s", seed, entry)
                    .isEqualTo(avro.serialize(TOPIC, entry));
        }
    }

    @Test
    void givenOtherTopicAndNothing_whenWritten_thenBothAreAsAvroWritesThem() {
        UsageJournalEntry entry = entry(new SplittableRandom(1));

        for (String topic : List.of(TOPIC, "other.usage-journal", TOPIC, TOPIC)) {
            assertThat(serializer.serialize(topic, entry)).isEqualTo(avro.serialize(topic, entry));
        }
        assertThat(serializer.serialize(TOPIC, null)).isNull();
    }

    @Test
    void givenEntryWithoutARequiredField_whenWritten_thenItIsRejectedAndTheNextIsSound() {
        UsageJournalEntry sound = entry(new SplittableRandom(1));
        assertThat(serializer.serialize(TOPIC, sound)).isNotNull();

        assertThatThrownBy(() -> serializer.serialize(TOPIC, new UsageJournalEntry()))
                .isInstanceOf(SerializationException.class);
        assertThat(serializer.serialize(TOPIC, sound)).isEqualTo(avro.serialize(TOPIC, sound));
    }

    private static UsageJournalEntry entry(SplittableRandom random) {
        UsageJournalEntry entry = new UsageJournalEntry();
        entry.setAccountId(text(random));
        entry.setEventId(text(random));
        entry.setVerdict(Verdict.values()[random.nextInt(Verdict.values().length)]);
        entry.setOccurredAt(Instant.ofEpochMilli(number(random) % 100_000_000_000_000L));
        entry.setAppendedAt(Instant.ofEpochMilli(number(random) % 100_000_000_000_000L));
        entry.setProjectId(optionalText(random));
        entry.setApiKeyId(optionalText(random));
        entry.setEndpoint(text(random));
        entry.setOutcome(Outcome.values()[random.nextInt(Outcome.values().length)]);
        entry.setUnits(optionalNumber(random));
        entry.setInputTokens(optionalNumber(random));
        entry.setOutputItems(optionalNumber(random));
        entry.setDurationMs(optionalNumber(random));
        entry.setProducer(text(random));
        Map<String, String> attributes = new LinkedHashMap<>();
        Map<String, Long> costs = new LinkedHashMap<>();
        List<String> late = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            attributes.put(text(random), text(random));
            costs.put(text(random), number(random));
            late.add(text(random));
        }
        entry.setAttributes(attributes);
        entry.setPlanId(text(random));
        entry.setPlanVersion((int) number(random));
        entry.setCosts(costs);
        entry.setLateLimits(late);
        entry.setCorrectionId(optionalText(random));
        entry.setSourceTopic(text(random));
        entry.setSourcePartition((int) number(random));
        entry.setSourceOffset(number(random));
        return entry;
    }

    /** Of any length in bytes, also where that is not the number of characters, with halves of surrogate pairs. */
    private static String text(SplittableRandom random) {
        int length = random.nextInt(20) == 0 ? random.nextInt(3_000) : random.nextInt(40);
        int highest = List.of(0x7F, 0x80, 0x800, 0x10000).get(random.nextInt(4));
        StringBuilder text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append((char) random.nextInt(random.nextInt(8) == 0 ? highest : 0x7F));
        }
        return text.toString();
    }

    private static @Nullable String optionalText(SplittableRandom random) {
        return random.nextBoolean() ? null : text(random);
    }

    private static @Nullable Long optionalNumber(SplittableRandom random) {
        return random.nextBoolean() ? null : number(random);
    }

    /** Of any length in bits. */
    private static long number(SplittableRandom random) {
        return random.nextLong() >> random.nextInt(64);
    }
}
