package dev.tollgate.faults.traffic;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.schemas.avro.RequestEvent;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/** A service without our library: posts events to the gateway, and again under the same ids until each is accepted. */
public final class GatewayClient implements AutoCloseable {
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
    private static final long PAUSE_MILLIS = 200;

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient client =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI address;

    public GatewayClient(URI address) {
        this.address = address;
    }

    /**
     * Posts events until all are accepted.
     *
     * @param accepted hears of each that the gateway has accepted
     * @throws TimeoutException if that takes longer than the patience lasts
     * @throws IllegalStateException if the gateway rejects one
     */
    public void post(List<RequestEvent> events, Consumer<RequestEvent> accepted, Duration patience)
            throws InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + patience.toNanos();
        List<RequestEvent> left = new ArrayList<>(events);
        while (true) {
            left = postOnce(left, accepted);
            if (left.isEmpty()) {
                return;
            }
            if (System.nanoTime() >= deadline) {
                throw new TimeoutException("the gateway has not accepted " + left.size() + " events within "
                        + patience.toSeconds() + " s");
            }
            Thread.sleep(PAUSE_MILLIS);
        }
    }

    private List<RequestEvent> postOnce(List<RequestEvent> events, Consumer<RequestEvent> accepted)
            throws InterruptedException {
        ArrayNode body = json.createArrayNode();
        events.forEach(event -> body.add(object(event)));
        try {
            HttpResponse<byte[]> response = client.send(
                    HttpRequest.newBuilder(address)
                            .timeout(ANSWER_WITHIN)
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofByteArray(json.writeValueAsBytes(body)))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            JsonNode results = json.readTree(response.body()).path("results");
            List<RequestEvent> left = new ArrayList<>(events);
            for (JsonNode result : results) {
                RequestEvent event = events.get(result.path("index").asInt());
                switch (result.path("status").asText()) {
                    case "accepted" -> {
                        accepted.accept(event);
                        left.remove(event);
                    }
                    case "rejected" -> throw new IllegalStateException("the gateway rejected " + event + ": " + result);
                    default -> {
                        // Not confirmed: once more.
                    }
                }
            }
            return left;
        } catch (IOException e) {
            return events;
        }
    }

    private ObjectNode object(RequestEvent event) {
        ObjectNode object = json.createObjectNode()
                .put("event_id", event.getEventId())
                .put("account_id", event.getAccountId())
                .put("project_id", event.getProjectId())
                .put("api_key_id", event.getApiKeyId())
                .put("endpoint", event.getEndpoint())
                .put("occurred_at", event.getOccurredAt().toString())
                .put("phase", event.getPhase().name())
                .put("outcome", event.getOutcome().name())
                .put("units", event.getUnits())
                .put("input_tokens", event.getInputTokens())
                .put("output_items", event.getOutputItems())
                .put("duration_ms", event.getDurationMs())
                .put("producer", event.getProducer());
        object.set("attributes", json.valueToTree(event.getAttributes()));
        return object;
    }

    @Override
    public void close() {
        client.shutdownNow();
    }
}
