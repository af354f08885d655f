package dev.tollgate.publisher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.tollgate.planmodel.input.RequestTarget;
import dev.tollgate.schemas.AvroTypes;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Phase;
import dev.tollgate.schemas.avro.RequestEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.UUID;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificDatumWriter;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class EventEncoderTest {
    private static final long NOW = 1_800_000_000_123L;
    private static final String[] ALPHABETS = {
        "abcdefghij-_/.0189", "äöüßéñ", "日本語", "😀🚀", "\u0000\u007f\u0080\u07ff\u0800"
    };

    @BeforeAll
    static void trustTypes() {
        AvroTypes.trust();
    }

    @Test
    void givenTheSchemaOfThisBuild_whenChecked_thenItIsTheOneTheEncoderWrites() {
        assertThatCode(EventEncoder::requireKnownSchema).doesNotThrowAnyException();
    }

    @Test
    void givenRandomEvents_whenEncoded_thenTheBytesAreThoseOfAvrosOwnWriter() throws IOException {
        long seed = Long.getLong("tollgate.test.seed", System.nanoTime());
        SplittableRandom random = new SplittableRandom(seed);
        EventEncoder encoder = new EventEncoder();

        for (int i = 0; i < 20_000; i++) {
            RequestEvent event = randomEvent(random);

            byte[] encoded = encoder.encode(event, NOW, "unused");

            // What the encoder brings into one form: the target of the endpoint, and ids that were left out.
            event.setEndpoint(RequestTarget.reduced(event.getEndpoint()));
            event.setProjectId(emptyToNull(event.getProjectId()));
            event.setApiKeyId(emptyToNull(event.getApiKeyId()));
            assertThat(Arrays.copyOfRange(encoded, 5, encoded.length))
                    .as("seed %d, event %d: %s", seed, i, event)
                    .isEqualTo(written(event));
        }
    }

    @Test
    void givenABareEvent_whenEncoded_thenIdTimeAndProducerAreFilledAndTheEventIsUnchanged() throws IOException {
        RequestEvent bare = new RequestEvent();
        bare.setAccountId("acme");
        bare.setEndpoint("/v2/mem-it");
        long before = System.currentTimeMillis();

        RequestEvent read = decoded(new EventEncoder().encode(bare, NOW, "recall-service"));

        UUID id = UUID.fromString(read.getEventId());
        assertThat(id.version()).isEqualTo(7);
        assertThat(id.getMostSignificantBits() >>> 16).isBetween(before, System.currentTimeMillis());
        assertThat(read.getOccurredAt()).isEqualTo(Instant.ofEpochMilli(NOW));
        assertThat(read.getProducer()).isEqualTo("recall-service");
        assertThat(read.getPhase()).isEqualTo(Phase.COMPLETED);
        assertThat(read.getOutcome()).isEqualTo(Outcome.SUCCESS);
        assertThat(read.getAttributes()).isEmpty();
        assertThat(bare.getEventId()).isNull();
        assertThat(bare.getOccurredAt()).isNull();
    }

    @Test
    void givenManyEvents_whenIdsAreMade_thenTheyDifferAndAscend() throws IOException {
        EventEncoder encoder = new EventEncoder();
        RequestEvent bare = new RequestEvent();
        bare.setAccountId("acme");
        bare.setEndpoint("/e");
        Set<String> ids = new HashSet<>();
        String last = "";

        for (int i = 0; i < 50_000; i++) {
            String id = decoded(encoder.encode(bare, NOW, "")).getEventId();
            assertThat(id).isGreaterThan(last);
            ids.add(id);
            last = id;
        }

        assertThat(ids).hasSize(50_000);
    }

    private static @Nullable String emptyToNull(@Nullable String id) {
        return id == null || id.isEmpty() ? null : id;
    }

    private static byte[] written(RequestEvent event) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        BinaryEncoder binary = EncoderFactory.get().binaryEncoder(bytes, null);
        new SpecificDatumWriter<RequestEvent>(RequestEvent.getClassSchema()).write(event, binary);
        binary.flush();
        return bytes.toByteArray();
    }

    @SuppressWarnings("NullAway") // Avro's "reuse" takes null, but is not annotated so.
    private static RequestEvent decoded(byte[] bytes) throws IOException {
        return new SpecificDatumReader<RequestEvent>(RequestEvent.getClassSchema())
                .read(null, DecoderFactory.get().binaryDecoder(bytes, 5, bytes.length - 5, null));
    }

    private static RequestEvent randomEvent(SplittableRandom random) {
        RequestEvent event = new RequestEvent();
        event.setEventId(text(random, 1, 128));
        event.setAccountId(text(random, 1, 128));
        event.setProjectId(random.nextBoolean() ? null : text(random, 0, 128));
        event.setApiKeyId(random.nextBoolean() ? null : text(random, 0, 128));
        event.setEndpoint(text(random, 1, 512));
        event.setOccurredAt(Instant.ofEpochMilli(random.nextLong(0, 253_402_300_799_999L)));
        event.setPhase(oneOf(random, Phase.class));
        event.setOutcome(oneOf(random, Outcome.class));
        event.setUnits(number(random));
        event.setInputTokens(number(random));
        event.setOutputItems(number(random));
        event.setDurationMs(number(random));
        event.setProducer(text(random, 1, 128));
        Map<String, String> attributes = new HashMap<>();
        for (int i = random.nextInt(17); i > 0; i--) {
            attributes.put(text(random, 1, 64), text(random, 0, 256));
        }
        event.setAttributes(attributes);
        return event;
    }

    private static <E extends Enum<E>> E oneOf(SplittableRandom random, Class<E> type) {
        return List.of(type.getEnumConstants()).get(random.nextInt(type.getEnumConstants().length));
    }

    private static @Nullable Long number(SplittableRandom random) {
        return random.nextInt(3) == 0 ? null : (Long) (random.nextLong() >>> random.nextInt(1, 64));
    }

    private static String text(SplittableRandom random, int min, int max) {
        int length =
                random.nextInt(10) == 0 ? random.nextInt(min, max + 1) : random.nextInt(min, Math.min(max, 20) + 1);
        String alphabet = ALPHABETS[random.nextInt(3) > 0 ? 0 : random.nextInt(ALPHABETS.length)];
        int[] points = alphabet.codePoints().toArray();
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < length; i++) {
            text.appendCodePoint(points[random.nextInt(points.length)]);
        }
        return text.toString();
    }
}
