package dev.tollgate.gate.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tollgate.gate.Decision;
import dev.tollgate.gate.Reason;
import dev.tollgate.gate.TestingGate;
import dev.tollgate.gate.TestingPlan;
import dev.tollgate.gate.TestingState;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.WindowUnit;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GateHttpFilterTest {
    private final TestingGate testing = new TestingGate("gate.unknown-account", "closed");
    private final AtomicInteger statusToAnswer = new AtomicInteger(200);
    private final HttpClient client = HttpClient.newHttpClient();
    private HttpServer server = startable();

    private static HttpServer startable() {
        try {
            return HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void start() {
        CallExtractor<HttpExchange> calls = CallExtractor.of(
                exchange -> exchange.getRequestHeaders().getFirst("Account"),
                exchange -> exchange.getRequestMethod() + " "
                        + exchange.getRequestURI().getPath());
        HttpContext context = server.createContext("/", exchange -> {
            if (statusToAnswer.get() == 0) {
                throw new IOException("the handler failed");
            }
            exchange.sendResponseHeaders(statusToAnswer.get(), -1);
            exchange.close();
        });
        context.getFilters().add(new GateHttpFilter(testing.gate, calls));
        server.start();
        testing.gate.apply(TestingPlan.perMinute(2));
        testing.gate.apply(TestingState.at(1, testing.now())
                .window("requests-per-minute", "requests", WindowUnit.MINUTE, 2L, 0)
                .build());
    }

    @AfterEach
    void stop() {
        server.stop(0);
        client.close();
    }

    private HttpResponse<String> get(String account) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/v2/notes");
        HttpRequest.Builder request = HttpRequest.newBuilder(uri);
        if (!account.isEmpty()) {
            request.header("Account", account);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }

    @Test
    void givenLimitOfTwo_whenCalledThreeTimes_thenTheThirdIsDeniedWithAProblem() throws Exception {
        HttpResponse<String> first = get("acme");
        get("acme");
        HttpResponse<String> third = get("acme");

        assertThat(first.statusCode()).isEqualTo(200);
        assertThat(first.headers().firstValue("X-RateLimit-Remaining")).contains("1");
        assertThat(third.statusCode()).isEqualTo(429);
        assertThat(third.headers().firstValue("Retry-After")).contains("50");
        assertThat(third.headers().firstValue("RateLimit")).contains("\"minute\";r=0;t=50");
        assertThat(third.headers().firstValue("Content-Type")).contains("application/problem+json");
        JsonNode problem = new ObjectMapper().readTree(third.body());
        assertThat(problem.get("type").asText())
                .isEqualTo("https://iana.org/assignments/http-problem-types#quota-exceeded");
        assertThat(problem.get("status").asInt()).isEqualTo(429);
        assertThat(problem.get("violated-policies").get(0).asText()).isEqualTo("requests-per-minute");
        assertThat(problem.get("retry-after").asInt()).isEqualTo(50);
    }

    @ParameterizedTest
    @CsvSource({"400", "401", "500", "0"})
    void givenCallsThatFail_whenRepeated_thenTheyTakeNothing(int status) throws Exception {
        statusToAnswer.set(status);
        for (int i = 0; i < 5; i++) {
            try {
                assertThat(get("acme").statusCode()).isEqualTo(status);
            } catch (IOException e) {
                assertThat(status).isZero();
            }
        }
        statusToAnswer.set(200);

        assertThat(get("acme").statusCode()).isEqualTo(200);
        assertThat(get("acme").statusCode()).isEqualTo(200);
        assertThat(get("acme").statusCode()).isEqualTo(429);
    }

    @Test
    void givenRequestWithoutAccount_whenCalled_thenItIsNotLimited() throws Exception {
        for (int i = 0; i < 5; i++) {
            assertThat(get("").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void givenUnknownAccountAndClosedPolicy_whenCalled_thenReducedCapacityIsSaid() throws Exception {
        HttpResponse<String> denied = get("nobody");

        assertThat(denied.statusCode()).isEqualTo(503);
        assertThat(denied.headers().firstValue("Retry-After")).contains("5");
        assertThat(new ObjectMapper().readTree(denied.body()).get("type").asText())
                .endsWith("#temporary-reduced-capacity");
    }

    @Test
    void givenSuspension_whenCalled_thenItsReasonIsEscaped() throws Exception {
        testing.gate.apply(TestingState.at(2, testing.now())
                .suspended(TestingGate.START.plusSeconds(60), "say \"please\"\n\\ \uD83D\uDE00")
                .build());

        HttpResponse<String> denied = get("acme");

        assertThat(denied.statusCode()).isEqualTo(429);
        JsonNode problem = new ObjectMapper().readTree(denied.body());
        assertThat(problem.get("type").asText()).endsWith("#abnormal-usage-detected");
        assertThat(problem.get("detail").asText()).contains("say \"please\"\n\\ \uD83D\uDE00");
        assertThat(problem.get("reason").asText()).isEqualTo(Reason.SUSPENDED.name());
    }

    @Test
    void givenPermit_whenEndedTwice_thenTheFirstEndCounts() {
        var permit = testing.gate.begin(dev.tollgate.gate.Call.of("acme", "/"));
        permit.end(Outcome.SUCCESS);
        permit.end(Outcome.INVALID);

        Decision decision = testing.gate.check("acme", "/");

        assertThat(decision.headers()).containsEntry("X-RateLimit-Remaining", "0");
    }
}
