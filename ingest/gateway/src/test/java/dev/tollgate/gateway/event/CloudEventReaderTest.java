package dev.tollgate.gateway.event;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tollgate.schemas.avro.RequestEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

final class CloudEventReaderTest {
    private static final Instant NOW = Instant.parse("2026-02-01T00:00:00Z");
    private static final String ENVELOPE = "\"specversion\":\"1.0\",\"id\":\"i\",\"source\":\"/s\","
            + "\"type\":\"dev.tollgate.request\",\"subject\":\"a\"";
    private static final ObjectMapper JSON = new ObjectMapper();

    private final EventRules rules = EventRules.strict();
    private final CloudEventReader reader =
            new CloudEventReader(new PlainEventReader(rules, InstantSource.fixed(NOW)), rules, new JsonDocuments());

    @Test
    void givenDataAsJsonAndInBase64_whenRead_thenEnvelopeAndDataAreOneEvent() {
        RequestEvent plain = valid("{" + ENVELOPE
                + ",\"time\":\"2026-01-31t12:00:00z\",\"traceparent\":\"00-x\""
                + ",\"data\":{\"endpoint\":\"e\",\"units\":2}}");
        RequestEvent base64 = valid("{" + ENVELOPE + ",\"data_base64\":\"eyJlbmRwb2ludCI6ImUifQ==\"}");

        assertThat(plain.getEventId()).isEqualTo("i");
        assertThat(plain.getAccountId()).isEqualTo("a");
        assertThat(plain.getProducer()).isEqualTo("/s");
        assertThat(plain.getOccurredAt()).isEqualTo(Instant.parse("2026-01-31T12:00:00Z"));
        assertThat(plain.getUnits()).isEqualTo(2);
        assertThat(base64.getEndpoint()).isEqualTo("e");
    }

    @Test
    void givenHeaders_whenRead_thenTheyAreTheEnvelopeAndTheBodyTheData() {
        ReadEvent read = binary("{\"endpoint\":\"e\"}", Map.of("content-type", "application/json"));

        assertThat(read).isInstanceOfSatisfying(ReadEvent.Valid.class, valid -> {
            assertThat(valid.event().getEventId()).isEqualTo("i j");
            assertThat(valid.event().getEndpoint()).isEqualTo("e");
        });
    }

    @Test
    void givenDataThatAreNoJson_whenRead_thenTheProblemIsTheirs() {
        assertThat(places("{" + ENVELOPE + ",\"datacontenttype\":\"text/xml\",\"data\":\"<a/>\"}"))
                .containsExactly("#/0/data");
        assertThat(problems(binary("<a/>", Map.of("content-type", "text/xml"))))
                .singleElement()
                .satisfies(problem -> assertThat(problem.detail()).contains("data must be JSON", "text/xml"));
        assertThat(problems(binary("{", Map.of("content-type", "application/json"))))
                .hasSize(1);
    }

    @Test
    void givenNoData_whenRead_thenTheyAreMissing() {
        assertThat(places("{" + ENVELOPE + "}")).containsExactly("#/0/data");
        assertThat(places("{" + ENVELOPE + ",\"data\":null}")).containsExactly("#/0/data");
        assertThat(problems(binary("", Map.of())))
                .singleElement()
                .satisfies(problem -> assertThat(problem.detail()).contains("is missing"));
    }

    @Test
    void givenManyFaults_whenRead_thenEachHasItsPlace() {
        assertThat(places("{\"specversion\":\"0.3\",\"source\":7,\"data\":{}}"))
                .containsExactlyInAnyOrder(
                        "#/0/specversion",
                        "#/0/id",
                        "#/0/source",
                        "#/0/type",
                        "#/0/data/account_id",
                        "#/0/data/endpoint");
        assertThat(places("{" + ENVELOPE + ",\"data_base64\":\"e30=\",\"data\":{\"endpoint\":\"e\",\"units\":-1}}"))
                .containsExactly("#/0/data_base64", "#/0/data/units");
        assertThat(places("{" + ENVELOPE + ",\"data_base64\":\"*\"}")).containsExactly("#/0/data_base64");
        assertThat(places("{" + ENVELOPE + ",\"time\":\"yesterday\",\"data\":{\"endpoint\":\"e\"}}"))
                .containsExactly("#/0/time");
    }

    /** The producer is the end of a long source; half a pair would be written as a question mark. */
    @Test
    void givenSourceOfPairsOrOfHalfOne_whenRead_thenTheProducerIsTextOrTheSourceAProblem() {
        String pairs = "\\ud83d\\ude00".repeat(80);
        String data = "\"data\":{\"endpoint\":\"e\"}}";

        String even =
                valid("{" + ENVELOPE.replace("/s", "/" + pairs) + "," + data).getProducer();
        String odd = valid("{" + ENVELOPE.replace("/s", "/" + pairs + "s") + "," + data)
                .getProducer();

        assertThat(even).isEqualTo("\ud83d\ude00".repeat(64));
        assertThat(odd).isEqualTo("\ud83d\ude00".repeat(63) + "s");
        assertThat(places("{" + ENVELOPE.replace("/s", "/\\ud83ds") + "," + data))
                .containsExactly("#/0/source");
        assertThat(places("{" + ENVELOPE.replace("/s", "/s\\ude00") + "," + data))
                .containsExactly("#/0/source");
    }

    private ReadEvent read(String json) {
        try {
            return reader.readStructured(JSON.readTree(json), "/0");
        } catch (JsonProcessingException e) {
            throw new AssertionError(json, e);
        }
    }

    private RequestEvent valid(String json) {
        return ((ReadEvent.Valid) read(json)).event();
    }

    private List<String> places(String json) {
        return problems(read(json)).stream().map(EventProblem::pointer).toList();
    }

    private static List<EventProblem> problems(ReadEvent read) {
        return ((ReadEvent.Invalid) read).problems();
    }

    private ReadEvent binary(String body, Map<String, String> more) {
        Map<String, List<String>> headers = new HashMap<>();
        headers.put("ce-specversion", List.of("1.0"));
        headers.put("ce-id", List.of("i%20j"));
        headers.put("ce-source", List.of("/s"));
        headers.put("ce-type", List.of("dev.tollgate.request"));
        headers.put("ce-subject", List.of("a"));
        more.forEach((name, value) -> headers.put(name, List.of(value)));
        return reader.readBinary(headers, body.getBytes(StandardCharsets.UTF_8));
    }
}
