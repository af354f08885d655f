package dev.tollgate.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.tollgate.gateway.HttpCalls.Reply;
import dev.tollgate.http.contract.ApiContract;
import dev.tollgate.http.token.TokenHash;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.RequestEvent;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Timer;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every answer of the gateway, on a real broker; each is also held against the API document. */
class GatewayIT {
    private static GatewayFixture fixture;
    private static Gateway open;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        fixture = new GatewayFixture(folder);
        open = fixture.gateway();
    }

    @AfterAll
    static void stop() {
        open.close();
        fixture.close();
    }

    @Test
    void givenOnePlainEvent_whenPosted_thenKafkaHasEveryField() {
        Reply reply = HttpCalls.post(open, HttpCalls.JSON, """
            {"event_id":"e-1","account_id":"plain-one","project_id":"p","api_key_id":"k","endpoint":"/v2/mem-it",
             "occurred_at":"2026-01-31T13:00:00.1239+01:00","outcome":"INVALID","units":12,"input_tokens":3,
             "output_items":4,"duration_ms":5,"producer":"curl","attributes":{"region":"eu"}}\
            """);

        assertThat(reply.status()).isEqualTo(200);
        assertThat(reply.json().path("accepted").asInt()).isEqualTo(1);
        assertThat(reply.json().at("/results/0/event_id").asText()).isEqualTo("e-1");
        RequestEvent event = fixture.events("plain-one").getFirst();
        assertThat(event.getEventId()).isEqualTo("e-1");
        assertThat(event.getProjectId()).isEqualTo("p");
        assertThat(event.getApiKeyId()).isEqualTo("k");
        assertThat(event.getEndpoint()).isEqualTo("/v2/mem-it");
        assertThat(event.getOccurredAt()).isEqualTo(Instant.parse("2026-01-31T12:00:00.123Z"));
        assertThat(event.getOutcome()).isEqualTo(Outcome.INVALID);
        assertThat(event.getUnits()).isEqualTo(12);
        assertThat(event.getInputTokens()).isEqualTo(3);
        assertThat(event.getOutputItems()).isEqualTo(4);
        assertThat(event.getDurationMs()).isEqualTo(5);
        assertThat(event.getProducer()).isEqualTo("curl");
        assertThat(event.getAttributes()).containsExactly(Map.entry("region", "eu"));
    }

    @Test
    void givenBatchesInEveryPlainForm_whenPosted_thenEachEventIsThereInOrder() {
        String first = "{\"event_id\":\"1\",\"account_id\":\"forms\",\"endpoint\":\"a\"}";
        String second = "{\"event_id\":\"2\",\"account_id\":\"forms\",\"endpoint\":\"b\"}";

        Reply array = HttpCalls.post(open, HttpCalls.JSON, "[" + first + "," + second + "]");
        Reply object =
                HttpCalls.post(open, "application/json; charset=UTF-8", "{\"events\":[" + first + "," + second + "]}");
        Reply lines = HttpCalls.post(open, "application/x-ndjson", first + "\n\n" + second + "\r\n");

        assertThat(List.of(array.status(), object.status(), lines.status())).containsOnly(200);
        assertThat(lines.json().path("accepted").asInt()).isEqualTo(2);
        assertThat(fixture.events("forms"))
                .extracting(RequestEvent::getEventId)
                .containsExactly("1", "2", "1", "2", "1", "2");
    }

    @Test
    void givenCloudEventsInEveryMode_whenPosted_thenEnvelopeAndDataBecomeOneEvent() {
        String structured = """
            {"specversion":"1.0","id":"ce-1","source":"/billing/eu","type":"dev.tollgate.request","subject":"clouds",
             "time":"2026-01-31T12:00:00Z","traceparent":"00-x","data":{"endpoint":"/v2/mem-it","units":2}}\
            """;
        String base64 = """
            {"specversion":"1.0","id":"ce-2","source":"s","type":"dev.tollgate.request",
             "datacontenttype":"application/json",
             "data_base64":"eyJhY2NvdW50X2lkIjoiY2xvdWRzIiwiZW5kcG9pbnQiOiJ4In0="}\
            """;

        Reply one = HttpCalls.post(open, "application/cloudevents+json; charset=utf-8", structured);
        Reply batch = HttpCalls.post(open, "application/cloudevents-batch+json", "[" + structured + "," + base64 + "]");
        Reply binary = HttpCalls.post(
                open,
                HttpCalls.JSON,
                "{\"endpoint\":\"y\"}",
                "ce-specversion",
                "1.0",
                "ce-id",
                "ce-3",
                "ce-source",
                "/src",
                "ce-type",
                "dev.tollgate.request",
                "ce-subject",
                "clouds");

        assertThat(one.text()).contains("\"accepted\":1");
        assertThat(batch.text()).contains("\"accepted\":2");
        assertThat(binary.text()).contains("\"accepted\":1");
        List<RequestEvent> events = fixture.events("clouds");
        assertThat(events).extracting(RequestEvent::getEventId).containsExactly("ce-1", "ce-1", "ce-2", "ce-3");
        assertThat(events.getFirst().getOccurredAt()).isEqualTo(Instant.parse("2026-01-31T12:00:00Z"));
        assertThat(events.getFirst().getProducer()).isEqualTo("/billing/eu");
        assertThat(events.getFirst().getUnits()).isEqualTo(2);
        assertThat(events.getLast().getProducer()).isEqualTo("/src");
    }

    @Test
    void givenBrokenCloudEvents_whenPosted_thenEveryProblemHasItsPlace() {
        Reply structured = HttpCalls.post(open, "application/cloudevents-batch+json", """
            [{"specversion":"0.3","source":7,"data":{}},
             {"specversion":"1.0","id":"x","source":"s","type":"other","subject":"a","time":"2999-01-01T00:00:00Z",
              "data":{"account_id":"b","units":-1}},
             {"specversion":"1.0","id":"x","source":"s","type":"dev.tollgate.request","time":"yesterday","data":{}},
             {"specversion":"1.0","id":"x","source":"s","type":"dev.tollgate.request"},
             {"specversion":"1.0","id":"x","source":"s","type":"dev.tollgate.request",
              "datacontenttype":"text/xml","data":"<a/>"},
             "text",
             {"specversion":"1.0","id":"x","source":"not a uri","type":"other","Trace-Id":"1","nested":{},
              "data_base64":"e30=","data":{"account_id":"a","endpoint":"e"}},
             {"specversion":"1.0","id":"x","source":"s","type":"dev.tollgate.request","subject":"a","data_base64":"*"}]\
            """);
        Reply binary = HttpCalls.post(open, HttpCalls.JSON, "{}", "ce-specversion", "1.0", "ce-id", "");

        assertThat(structured.status()).isEqualTo(422);
        assertThat(places(structured, 0))
                .containsExactlyInAnyOrder(
                        "#/0/specversion",
                        "#/0/id",
                        "#/0/source",
                        "#/0/type",
                        "#/0/data/account_id",
                        "#/0/data/endpoint");
        assertThat(places(structured, 1))
                .containsExactly("#/1/type", "#/1/time", "#/1/data/units", "#/1/data/account_id", "#/1/data/endpoint");
        assertThat(places(structured, 2)).containsExactly("#/2/time", "#/2/data/account_id", "#/2/data/endpoint");
        assertThat(places(structured, 3)).containsExactly("#/3/data");
        assertThat(places(structured, 4)).containsExactly("#/4/data");
        assertThat(places(structured, 5)).containsExactly("#/5");
        assertThat(places(structured, 6))
                .containsExactlyInAnyOrder("#/6/source", "#/6/Trace-Id", "#/6/nested", "#/6/data_base64", "#/6/type");
        assertThat(places(structured, 7)).containsExactly("#/7/data_base64");
        assertThat(binary.status()).isEqualTo(422);
        assertThat(binary.text())
                .contains("\"header\":\"ce-id\"", "\"header\":\"ce-source\"", "\"header\":\"ce-type\"");
    }

    @Test
    void givenBinaryCloudEvents_whenPosted_thenHeadersAreDecodedAndNoneIsGuessed() {
        String data = "{\"account_id\":\"binary\",\"endpoint\":\"a\"}";
        String[] rest = {"ce-source", "/s", "ce-type", "dev.tollgate.request"};

        Reply encoded = binary(data, rest, "ce-specversion", "1.0", "ce-id", "\"caf%C3%A9 100%\"");
        Reply notUtf8 = binary(data, rest, "ce-specversion", "1.0", "ce-id", "caf%E9");
        Reply twice = binary(data, rest, "ce-specversion", "1.0", "ce-id", "1", "ce-id", "2");
        Reply noVersion = binary(data, rest, "ce-id", "1");

        assertThat(encoded.json().at("/results/0/event_id").asText()).isEqualTo("caf\u00e9 100%");
        assertThat(notUtf8.status()).isEqualTo(422);
        assertThat(notUtf8.json().at("/results/0/problems/0/header").asText()).isEqualTo("ce-id");
        assertThat(twice.json().at("/results/0/problems/0/detail").asText()).isEqualTo("must be there once only");
        assertThat(noVersion.json().at("/results/0/problems/0/header").asText()).isEqualTo("ce-specversion");
        assertThat(fixture.events("binary"))
                .extracting(RequestEvent::getEventId)
                .containsExactly("caf\u00e9 100%");
    }

    private Reply binary(String data, String[] rest, String... headers) {
        String[] all = Stream.of(headers, rest).flatMap(Arrays::stream).toArray(String[]::new);
        return HttpCalls.post(open, HttpCalls.JSON, data, all);
    }

    @Test
    void givenNumbersInEveryForm_whenPosted_thenWholeOnesCountAndSecondsAreNotTakenForMilliseconds() {
        String event = "{\"event_id\":\"%s\",\"account_id\":\"numbers\",\"endpoint\":\"a\",\"%s\":%s}";
        List<String> whole = List.of("3", "3.0", "30e-1", "0.3e1");
        List<String> not =
                List.of("3.5", "-1", "-1.0", "1e19", "1e999999999", "9223372036854775808.0", "\"3\"", "1e-3");

        whole.forEach(number -> assertThat(
                        HttpCalls.post(open, HttpCalls.JSON, event.formatted(number, "units", number))
                                .status())
                .as(number)
                .isEqualTo(200));
        not.forEach(number -> assertThat(
                        places(HttpCalls.post(open, HttpCalls.JSON, event.formatted(1, "units", number)), 0))
                .as(number)
                .containsExactly("#/units"));
        Reply seconds = HttpCalls.post(open, HttpCalls.JSON, event.formatted("s", "occurred_at", 1_769_860_802L));

        assertThat(seconds.json().at("/results/0/problems/0/detail").asText()).contains("looks like seconds");
        assertThat(fixture.events("numbers")).extracting(RequestEvent::getUnits).containsExactly(3L, 3L, 3L, 3L);
    }

    @Test
    void givenABatchOfNothingButProblems_whenPosted_thenTheAnswerStaysSmallAndSaysWhatItLeavesOut() {
        String strange =
                IntStream.range(0, 32).mapToObj(i -> "\"f" + i + "\":1").collect(Collectors.joining(",", "{", "}"));
        String body = IntStream.range(0, 1_000).mapToObj(i -> strange).collect(Collectors.joining(",", "[", "]"));

        Reply reply = HttpCalls.post(open, HttpCalls.JSON, body);

        assertThat(reply.status()).isEqualTo(422);
        assertThat(reply.json().path("rejected").asInt()).isEqualTo(1_000);
        assertThat(places(reply, 0)).hasSize(32);
        JsonNode last = reply.json().at("/results/999/problems");
        assertThat(last).hasSize(2);
        assertThat(last.at("/1/detail").asText()).startsWith("has 31 more problem(s)");
        assertThat(reply.body().length).isLessThan(768 << 10);
        GatewayFixture.await(
                "the answer's memory is given back",
                () -> GatewayFixture.gauge(open, "tollgate.gateway.in.flight.bytes") == 0);
    }

    @Test
    void givenBatchWithBadEvents_whenPosted_thenTheGoodOnesAreAcceptedAndTheAnswerSaysWhich() {
        Reply reply = HttpCalls.post(open, HttpCalls.JSON, """
            [{"event_id":"good","account_id":"mixed","endpoint":"a"},
             {"event_id":"bad","account_id":"","endpoint":7,"units":-1,"input_tokens":1.5,"outcome":"MAYBE",
              "colour":"red","occurred_at":"noon","attributes":{"a/b":3}},
             17]\
            """);

        assertThat(reply.status()).isEqualTo(207);
        JsonNode json = reply.json();
        assertThat(json.path("accepted").asInt()).isEqualTo(1);
        assertThat(json.path("rejected").asInt()).isEqualTo(2);
        assertThat(json.at("/results/0/status").asText()).isEqualTo("accepted");
        assertThat(json.at("/results/1/event_id").asText()).isEqualTo("bad");
        assertThat(places(reply, 1))
                .containsExactly(
                        "#/1/account_id",
                        "#/1/endpoint",
                        "#/1/units",
                        "#/1/input_tokens",
                        "#/1/outcome",
                        "#/1/colour",
                        "#/1/occurred_at",
                        "#/1/attributes/a~1b");
        assertThat(places(reply, 2)).containsExactly("#/2");
        assertThat(fixture.events("mixed")).extracting(RequestEvent::getEventId).containsExactly("good");
    }

    @Test
    void givenEventWithoutId_whenPostedTwice_thenOnlyAnIdempotencyKeyGivesTheSameId() {
        String event = "{\"account_id\":\"ids\",\"endpoint\":\"a\"}";

        List<String> ids = new ArrayList<>();
        for (String key : List.of("k1", "k1", "k2")) {
            ids.add(HttpCalls.post(open, HttpCalls.JSON, event, "Idempotency-Key", key)
                    .json()
                    .at("/results/0/event_id")
                    .asText());
        }
        String random = HttpCalls.post(open, HttpCalls.JSON, event)
                .json()
                .at("/results/0/event_id")
                .asText();

        assertThat(ids.get(0)).isEqualTo(ids.get(1)).isNotEqualTo(ids.get(2));
        assertThat(random).isNotIn(ids).hasSize(36);
        assertThat(HttpCalls.post(open, HttpCalls.JSON, event, "Idempotency-Key", "k1", "Idempotency-Key", "k2")
                        .status())
                .isEqualTo(400);
        assertThat(fixture.events("ids"))
                .extracting(RequestEvent::getEventId)
                .containsExactly(ids.get(0), ids.get(1), ids.get(2), random);
    }

    @Test
    void givenBodiesThatAreNotStrictJson_whenPosted_thenNothingIsAccepted() {
        String good = "{\"event_id\":\"1\",\"account_id\":\"strict\",\"endpoint\":\"a\"}";
        List<byte[]> bodies = List.of(
                "".getBytes(StandardCharsets.UTF_8),
                "7".getBytes(StandardCharsets.UTF_8),
                ("[" + good + ",").getBytes(StandardCharsets.UTF_8),
                ("[" + good + "] x").getBytes(StandardCharsets.UTF_8),
                "{\"account_id\":\"strict\",\"account_id\":\"strict\",\"endpoint\":\"a\"}"
                        .getBytes(StandardCharsets.UTF_8),
                ("[" + good + ",{\"account_id\":\"\u00e4\"}]").getBytes(StandardCharsets.ISO_8859_1),
                good.getBytes(StandardCharsets.UTF_16BE),
                ("[" + good + "," + "[".repeat(40) + "]".repeat(40) + "]").getBytes(StandardCharsets.UTF_8),
                ("[" + good + ",\"" + "x".repeat(70_000) + "\"]").getBytes(StandardCharsets.UTF_8),
                ("{\"events\":[" + good + "],\"more\":1}").getBytes(StandardCharsets.UTF_8));

        for (byte[] body : bodies) {
            Reply reply = HttpCalls.post(open, HttpCalls.JSON, body);

            assertThat(reply.status())
                    .as(new String(body, StandardCharsets.UTF_8))
                    .isEqualTo(400);
            assertThat(reply.problem()).isEqualTo("malformed-body");
            // The parser's advice to whoever set it up is not for clients.
            assertThat(reply.text()).doesNotContain("`", "REDACTED", "StreamRead");
        }
        assertThat(fixture.events("strict")).isEmpty();
    }

    @Test
    void givenLinesOfWhichOneIsNotJson_whenPosted_thenTheOthersAreAccepted() {
        Reply reply = HttpCalls.post(
                open,
                "application/x-ndjson",
                "{\"event_id\":\"1\",\"account_id\":\"lines\",\"endpoint\":\"a\"}\n{\"event_id\":\n"
                        + "{\"event_id\":\"3\",\"account_id\":\"lines\",\"endpoint\":\"a\"}");

        assertThat(reply.status()).isEqualTo(207);
        assertThat(reply.json().at("/results/1/problems/0/detail").asText()).startsWith("the line is not strict JSON");
        assertThat(fixture.events("lines")).extracting(RequestEvent::getEventId).containsExactly("1", "3");
    }

    @Test
    void givenTenMegabytes_whenPosted_thenTheyAreTooLarge() {
        byte[] large = new byte[10 << 20];

        Reply announced = HttpCalls.post(open, HttpCalls.JSON, large);
        Reply chunked = HttpCalls.send(HttpRequest.newBuilder(URI.create(open.address() + "/v1/events"))
                .header("Content-Type", HttpCalls.JSON)
                .POST(HttpRequest.BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(large)))
                .build());

        assertThat(List.of(announced.status(), chunked.status())).containsOnly(413);
        assertThat(announced.problem()).isEqualTo("body-too-large");
    }

    @Test
    void givenHundredThousandEvents_whenPosted_thenTheyAreTooMany() throws Exception {
        String event = "{\"account_id\":\"many\",\"endpoint\":\"a\"},";
        String body = "[" + event.repeat(99_999) + event.substring(0, event.length() - 1) + "]";

        try (Gateway large = fixture.gateway("gateway.max-body-bytes", "16000000")) {
            Reply reply = HttpCalls.post(large, HttpCalls.JSON, body);

            assertThat(reply.status()).isEqualTo(413);
            assertThat(reply.problem()).isEqualTo("too-many-events");
        }
        assertThat(fixture.events("many")).isEmpty();
    }

    @Test
    void givenFormatsThatAreNotSupported_whenPosted_thenTheAnswerSaysWhichAre() {
        String event = "{\"account_id\":\"formats\",\"endpoint\":\"a\"}";

        assertThat(HttpCalls.post(open, "text/plain", event).header("Accept-Post"))
                .contains("application/x-ndjson");
        assertThat(HttpCalls.post(open, "application/json; charset=latin1", event)
                        .status())
                .isEqualTo(415);
        assertThat(HttpCalls.post(open, HttpCalls.JSON, event, "Content-Encoding", "gzip")
                        .header("Accept-Encoding"))
                .isEqualTo("identity");
        assertThat(HttpCalls.post(open, "application/cloudevents+xml", event, "ce-specversion", "1.0")
                        .status())
                .isEqualTo(415);
        assertThat(fixture.events("formats")).isEmpty();
    }

    @Test
    void givenTokens_whenPosted_thenEachPublishesForItsAccountsOnly() throws Exception {
        String all = TokenHash.newToken();
        String some = TokenHash.newToken();
        String mine = "{\"event_id\":\"1\",\"account_id\":\"team-1\",\"endpoint\":\"a\"}";
        String other = "{\"event_id\":\"2\",\"account_id\":\"else\",\"endpoint\":\"a\"}";

        try (Gateway gateway = fixture.gateway(
                "gateway.anonymous",
                "false",
                "gateway.tokens.all.hash",
                TokenHash.of(all).text(),
                "gateway.tokens.some.hash",
                TokenHash.of(some).text(),
                "gateway.tokens.some.accounts",
                "acme, team-*")) {
            Reply none = HttpCalls.post(gateway, HttpCalls.JSON, mine);
            Reply wrong =
                    HttpCalls.post(gateway, HttpCalls.JSON, mine, "Authorization", "Bearer " + TokenHash.newToken());
            Reply allowed = HttpCalls.post(gateway, HttpCalls.JSON, other, "Authorization", "bearer " + all);
            Reply restricted = HttpCalls.post(gateway, HttpCalls.JSON, mine, "Authorization", "Bearer " + some);
            Reply forbidden = HttpCalls.post(gateway, HttpCalls.JSON, other, "Authorization", "Bearer " + some);
            Reply mixed = HttpCalls.post(
                    gateway, HttpCalls.JSON, "[" + mine + "," + other + "]", "Authorization", "Bearer " + some);

            assertThat(none.status()).isEqualTo(401);
            assertThat(none.header("WWW-Authenticate")).startsWith("Bearer");
            assertThat(wrong.status()).isEqualTo(401);
            assertThat(allowed.status()).isEqualTo(200);
            assertThat(restricted.status()).isEqualTo(200);
            assertThat(forbidden.status()).isEqualTo(403);
            assertThat(mixed.status()).isEqualTo(207);
            assertThat(mixed.json().at("/results/1/status").asText()).isEqualTo("rejected");
            assertThat(places(forbidden, 0)).containsExactly("#/account_id");
            assertThat(places(mixed, 1)).containsExactly("#/1/account_id");
        }
        assertThat(fixture.events("team-1")).hasSize(2);
        assertThat(fixture.events("else")).hasSize(1);
    }

    @Test
    void givenManyAtOnce_whenTheBudgetIsSmall_thenTheRestIsAskedToComeBack() throws Exception {
        StringBuilder batch = new StringBuilder("[");
        for (int i = 0; i < 100; i++) {
            batch.append(i == 0 ? "" : ",").append("{\"account_id\":\"load\",\"endpoint\":\"a\"}");
        }
        byte[] body = batch.append(']').toString().getBytes(StandardCharsets.UTF_8);
        long accepted = 0;
        long rejected = 0;

        try (Gateway small = fixture.gateway("gateway.in-flight-events", "100", "gateway.max-events", "100")) {
            List<CompletableFuture<Reply>> replies = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                replies.add(CompletableFuture.supplyAsync(() -> HttpCalls.post(small, HttpCalls.JSON, body)));
            }
            for (CompletableFuture<Reply> future : replies) {
                Reply reply = future.get(60, TimeUnit.SECONDS);
                assertThat(reply.status()).isIn(200, 429);
                if (reply.status() == 200) {
                    accepted++;
                } else {
                    rejected++;
                    assertThat(reply.header("Retry-After")).isEqualTo("1");
                }
            }
            assertThat(HttpCalls.post(small, HttpCalls.JSON, body).status()).isEqualTo(200);
        }

        assertThat(rejected).isPositive();
        assertThat(fixture.events("load")).hasSize(Math.toIntExact((accepted + 1) * 100));
    }

    @Test
    void givenBodyBudgetTakenByOthers_whenPosted_thenItIsRejectedBeforeItIsRead() throws Exception {
        try (Gateway small =
                fixture.gateway("gateway.max-body-bytes", "1048576", "gateway.in-flight-bytes", "1048576")) {
            try (Socket holder = HttpCalls.socket(small)) {
                HttpCalls.write(
                        holder,
                        "POST /v1/events HTTP/1.1\r\n"
                                + "Host: a\r\n"
                                + "Content-Type: application/json\r\n"
                                + "Content-Length: 1000000\r\n\r\n"
                                + " ".repeat(900_000));
                GatewayFixture.await(
                        "half the budget is taken",
                        () -> GatewayFixture.gauge(small, "tollgate.gateway.in.flight.bytes") > 900_000);

                Reply reply = HttpCalls.post(small, HttpCalls.JSON, " ".repeat(900_000));

                assertThat(reply.status()).isEqualTo(429);
            }
        }
    }

    @Test
    void givenHeadThatTrickles_whenItsTimeIsUp_thenTheConnectionIsClosed() throws Exception {
        try (Gateway strict = fixture.gateway("gateway.request-timeout", "500ms");
                Socket socket = HttpCalls.socket(strict)) {
            HttpCalls.write(socket, "POST /v1/events HTTP/1.1\r\nHost: a\r\n");

            long from = System.nanoTime();
            long closedAfterMillis = trickleUntilClosed(socket, "X-Pad: 1\r\n", from);

            assertThat(closedAfterMillis).isBetween(300L, 5_000L);
            assertThat(HttpCalls.status(strict, "/health/live")).isEqualTo(200);
        }
    }

    @Test
    void givenBodyThatTrickles_whenItsTimeIsUp_thenItIsAnsweredWith408() throws Exception {
        try (Gateway strict = fixture.gateway("gateway.request-timeout", "500ms", "gateway.idle-timeout", "400ms");
                Socket trickling = HttpCalls.socket(strict);
                Socket silent = HttpCalls.socket(strict)) {
            String head = "POST /v1/events HTTP/1.1\r\n"
                    + "Host: a\r\n"
                    + "Content-Type: application/json\r\n"
                    + "Content-Length: 100000\r\n\r\n";
            HttpCalls.write(silent, head + "{");
            HttpCalls.write(trickling, head);

            trickleUntilClosed(trickling, " ", System.nanoTime());

            assertThat(HttpCalls.readToEnd(silent)).startsWith("HTTP/1.1 408").contains("problem:request-timeout");
        }
    }

    @Test
    void givenRequestsThatAreNotHttp_whenSent_thenTheAnswerIsAProblemAllTheSame() throws Exception {
        for (String request : List.of(
                "GARBAGE\r\n\r\n",
                "GET /health/live HTTP/1.1\r\n\r\n",
                "GET /health/live HTTP/9.9\r\nHost: a\r\n\r\n",
                "GET /%zz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
                "POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
                "GET /health/live HTTP/1.1\r\nHost: a\r\nX: " + "y".repeat(40_000) + "\r\n\r\n")) {
            try (Socket socket = HttpCalls.socket(open)) {
                HttpCalls.write(socket, request);

                String answer = HttpCalls.readToEnd(socket);

                assertThat(answer)
                        .as(request)
                        .matches("(?s)HTTP/1\\.[01] [45]\\d\\d .*")
                        .contains("application/problem+json");
                assertThat(answer).contains("urn:tollgate:problem:http-error");
            }
        }
        assertThat(HttpCalls.status(open, "/health/live")).isEqualTo(200);
    }

    @Test
    void givenACompressedTransfer_whenSent_thenItIsRejectedAsSuch() throws Exception {
        try (Socket socket = HttpCalls.socket(open)) {
            HttpCalls.write(
                    socket,
                    "POST /v1/events HTTP/1.1\r\n"
                            + "Host: a\r\n"
                            + "Connection: close\r\n"
                            + "Content-Type: application/json\r\n"
                            + "Transfer-Encoding: gzip, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n");

            assertThat(HttpCalls.readToEnd(socket)).startsWith("HTTP/1.1 415").contains("a compressed body");
        }
    }

    @Test
    void givenOtherPathsAndMethods_whenCalled_thenTheyAreRejected() {
        assertThat(HttpCalls.get(open, "/v2/events").status()).isEqualTo(404);
        assertThat(HttpCalls.get(open, "/v1/events").header("Allow")).isEqualTo("POST");
        Reply head = HttpCalls.send(HttpRequest.newBuilder(URI.create(open.address() + "/openapi.json"))
                .method("HEAD", HttpRequest.BodyPublishers.noBody())
                .build());
        assertThat(head.status()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
    }

    @Test
    void givenApiDocument_whenServed_thenItListsExactlyTheRoutesThatThereAre() {
        ApiContract contract = ApiContract.of(Gateway.class);

        assertThat(contract.routes()).isEqualTo(open.routes());
        assertThat(HttpCalls.get(open, "/openapi.json").json()).isEqualTo(contract.document());
        assertThat(HttpCalls.get(open, "/openapi.yaml").text()).startsWith("openapi: 3.1.0");
        assertThat(contract.document().path("openapi").asText()).isEqualTo("3.1.0");
    }

    @Test
    void givenTraffic_whenMetersAreRead_thenEventsAndRequestsAreCounted() {
        Counter accepted = open.registry()
                .get("tollgate.gateway.events")
                .tag("result", "accepted")
                .counter();
        Timer answers = open.registry()
                .get("tollgate.gateway.request")
                .tag("status", "200")
                .timer();
        double acceptedBefore = accepted.count();
        long answersBefore = answers.count();

        HttpCalls.post(open, HttpCalls.JSON, "{\"account_id\":\"metrics\",\"endpoint\":\"a\"}");

        assertThat(accepted.count()).isEqualTo(acceptedBefore + 1);
        assertThat(answers.count()).isEqualTo(answersBefore + 1);
        assertThat(GatewayFixture.gauge(open, "tollgate.gateway.kafka.available"))
                .isEqualTo(1);
        assertThat(open.registry().find("kafka.producer.record.send.total").meters())
                .as("Kafka's own meters of the producer")
                .isNotEmpty();
    }

    /** Whoever may publish need not see them: they are on a listener of their own. */
    @Test
    void givenThePortForEvents_whenAskedForMetrics_thenThereAreNone() {
        assertThat(HttpCalls.status(open, "/metrics")).isEqualTo(404);
    }

    @Test
    void givenRequestUnderWay_whenGatewayCloses_thenItIsAnsweredFirst() throws Exception {
        Gateway closing = fixture.gateway();
        String body = "{\"event_id\":\"1\",\"account_id\":\"drain\",\"endpoint\":\"a\"}";
        try (Socket socket = HttpCalls.socket(closing)) {
            HttpCalls.write(
                    socket,
                    "POST /v1/events HTTP/1.1\r\n"
                            + "Host: a\r\n"
                            + "Connection: close\r\n"
                            + "Content-Type: application/json\r\n"
                            + "Content-Length: "
                            + body.length() + "\r\n\r\n" + body.charAt(0));
            GatewayFixture.await(
                    "the request is being read",
                    () -> GatewayFixture.gauge(closing, "tollgate.gateway.in.flight.bytes") > 0);

            CompletableFuture<Void> closed = CompletableFuture.runAsync(closing::close);
            GatewayFixture.await("no more connections", () -> !accepts(closing));
            HttpCalls.write(socket, body.substring(1));

            assertThat(HttpCalls.readToEnd(socket)).startsWith("HTTP/1.1 200");
            closed.get(30, TimeUnit.SECONDS);
        }
        assertThat(fixture.events("drain")).hasSize(1);
    }

    @Test
    void givenKeyStore_whenGatewayStarts_thenItServesHttps(@TempDir Path folder) throws Exception {
        Path keyStore = folder.resolve("keys.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "gateway",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        keyStore.toString(),
                        "-storepass",
                        "changeit",
                        "-validity",
                        "2")
                .redirectErrorStream(true)
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).isZero();

        Map<String, String> settings = fixture.settings(
                "gateway.tls.key-store", keyStore.toString(), "gateway.tls.key-store-password", "changeit");
        try (Gateway gateway = Gateway.start(GatewayConfig.from(settings))) {
            assertThat(gateway.address().getScheme()).isEqualTo("https");
            assertThat(TlsCalls.get(keyStore, "changeit", gateway.address() + "/health/live"))
                    .contains("live");
        }
    }

    @Test
    void givenKafkaGoesAway_whenPosted_thenTheAnswerIs503UntilItIsBack(@TempDir Path folder) throws Exception {
        String event = "{\"event_id\":\"before\",\"account_id\":\"outage\",\"endpoint\":\"a\"}";
        try (GatewayFixture own = new GatewayFixture(folder);
                Gateway gateway = own.gateway("gateway.ack-timeout", "1s")) {
            assertThat(HttpCalls.post(gateway, HttpCalls.JSON, event).status()).isEqualTo(200);
            own.stopKafka();

            Reply first = HttpCalls.post(gateway, HttpCalls.JSON, event.replace("before", "during"));
            assertThat(first.status()).isEqualTo(503);
            assertThat(first.problem()).isEqualTo("kafka-unavailable");
            GatewayFixture.await("not ready", () -> HttpCalls.status(gateway, "/health/ready") == 503);
            long from = System.nanoTime();
            assertThat(HttpCalls.post(gateway, HttpCalls.JSON, event).status()).isEqualTo(503);
            assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofMillis(900));

            own.startKafka();
            GatewayFixture.awaitReady(gateway);
            assertThat(HttpCalls.post(gateway, HttpCalls.JSON, event.replace("before", "after"))
                            .status())
                    .isEqualTo(200);
            assertThat(own.events("outage"))
                    .extracting(RequestEvent::getEventId)
                    .contains("before", "after");
        }
    }

    private static boolean accepts(Gateway gateway) {
        try (Socket socket = HttpCalls.socket(gateway)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    /** Writes again and again until the other side has closed; milliseconds until then. */
    private static long trickleUntilClosed(Socket socket, String piece, long from) throws IOException {
        socket.setSoTimeout(50);
        while (System.nanoTime() - from < GatewayFixture.DEADLINE.toNanos()) {
            try {
                HttpCalls.write(socket, piece);
                if (socket.getInputStream().read() < 0) {
                    return Duration.ofNanos(System.nanoTime() - from).toMillis();
                }
            } catch (java.net.SocketTimeoutException e) {
                // Still open: the next piece.
            } catch (SocketException e) {
                return Duration.ofNanos(System.nanoTime() - from).toMillis();
            }
        }
        throw new AssertionError("the connection is still open after " + GatewayFixture.DEADLINE);
    }

    private static List<String> places(Reply reply, int index) {
        List<String> places = new ArrayList<>();
        reply.json()
                .at("/results/" + index + "/problems")
                .forEach(problem -> places.add(problem.path("pointer").asText()));
        return places;
    }
}
