package dev.tollgate.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.http.contract.ApiContract;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The API document and the program say the same, and the API starts and answers without ClickHouse. */
class ApiDocumentTest {

    @Test
    void givenTheApiDocument_whenServed_thenItListsExactlyTheRoutesAndParametersThatThereAre() throws Exception {
        ApiContract contract = ApiContract.of(Api.class);
        try (Api api = start();
                HttpClient client = HttpClient.newHttpClient()) {
            assertThat(contract.routes()).isEqualTo(new TreeMap<>(api.routes()));
            api.parameters().forEach((path, parameters) -> {
                assertThat(contract.parameters(path, "query"))
                        .as("parameters of %s", path)
                        .containsExactlyInAnyOrderElementsOf(parameters);
                assertThat(contract.parameters(path, "path"))
                        .as("variables of %s", path)
                        .allMatch(name -> path.contains("{" + name + "}"))
                        .hasSize((int) path.chars().filter(c -> c == '{').count());
            });
            HttpResponse<String> yaml = client.send(
                    HttpRequest.newBuilder(URI.create(api.address() + "/openapi.yaml"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(yaml.body()).startsWith("openapi: 3.1.0");
        }
    }

    @Test
    void givenNoClickHouse_whenAsked_thenItSaysSoAndIsNotReady() throws Exception {
        try (Api api = start();
                HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> usage = client.send(
                    HttpRequest.newBuilder(URI.create(api.address() + "/v1/usage?period=-7d"))
                            .header("Authorization", "Bearer " + TestingApi.READER)
                            .build(),
                    BodyHandlers.ofString());
            HttpResponse<String> ready = client.send(
                    HttpRequest.newBuilder(URI.create(api.address() + "/health/ready"))
                            .build(),
                    BodyHandlers.ofString());

            assertThat(usage.statusCode()).isEqualTo(503);
            assertThat(usage.body()).contains("clickhouse-unavailable");
            assertThat(usage.headers().firstValue("Retry-After")).contains("1");
            assertThat(ready.statusCode()).isEqualTo(503);
            assertThat(ready.body()).contains("clickhouse-unavailable");
            assertThat(api.isReady()).isFalse();
        }
    }

    private static Api start() {
        Map<String, String> settings = new HashMap<>(TestingApi.tokens());
        // Nothing listens on the port that is kept for that.
        settings.put("clickhouse.url", "jdbc:ch://127.0.0.1:9/default");
        settings.put("clickhouse.connect-timeout", "500ms");
        settings.put("api.port", "0");
        return Api.start(ApiConfig.from(settings), new SimpleMeterRegistry());
    }
}
