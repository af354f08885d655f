package dev.tollgate.gateway.server;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.tollgate.gateway.kafka.KafkaWatch;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Routes requests and writes their answers; runs on a virtual thread per request, so that handlers may block. */
final class GatewayHandler extends Handler.Abstract {
    private static final Logger log = LoggerFactory.getLogger(GatewayHandler.class);

    private static final String EVENTS_PATH = "/v1/events";

    private final Map<String, Map<String, Route>> routes = new LinkedHashMap<>();
    private final HeadDeadline headDeadline;
    private final KafkaWatch watch;
    private final GatewayMetrics metrics;
    private volatile boolean draining;

    GatewayHandler(EventsEndpoint events, KafkaWatch watch, GatewayMetrics metrics, HeadDeadline headDeadline) {
        this.watch = watch;
        this.metrics = metrics;
        this.headDeadline = headDeadline;
        ApiDocument document = ApiDocument.load();
        route("POST", EVENTS_PATH, events::answer);
        route("GET", "/health/live", request -> health(200, "live", ""));
        route("GET", "/health/ready", request -> ready());
        route("GET", "/openapi.json", request -> Answer.of(200, Answer.JSON, document.json()));
        route("GET", "/openapi.yaml", request -> Answer.of(200, "application/yaml", document.yaml()));
    }

    /** Path to methods, as the API document must list them. */
    Map<String, Iterable<String>> routes() {
        Map<String, Iterable<String>> found = new LinkedHashMap<>();
        routes.forEach((path, methods) -> found.put(path, methods.keySet()));
        return found;
    }

    /** From now on not ready, so that load balancers look elsewhere; requests are still served. */
    void drain() {
        draining = true;
    }

    /** Whether events are taken now. */
    boolean isReady() {
        return !draining && watch.state().available();
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        long from = System.nanoTime();
        headDeadline.headArrived(request.getConnectionMetaData().getConnection());
        Request.addCompletionListener(
                request,
                failure -> headDeadline.answered(request.getConnectionMetaData().getConnection()));
        // Waiting for Kafka is not idling. Reads that time out are reported to the reader before this is asked.
        request.addIdleTimeoutListener(timeout -> false);
        // As it was sent: what a proxy before it takes for another path must not be one of these.
        String path = request.getHttpURI().getPath();
        Answer answer = answer(request, path == null ? "" : path);
        if (EVENTS_PATH.equals(path) && request.getMethod().equals("POST")) {
            metrics.countRequest(answer.status(), System.nanoTime() - from);
        }
        write(request, response, answer, callback);
        return true;
    }

    private Answer answer(Request request, String path) {
        Map<String, Route> methods = routes.get(path);
        if (methods == null) {
            return Answer.problem(ProblemType.NOT_FOUND, "see /openapi.json for what there is");
        }
        // HEAD is GET without the body, which the server leaves out by itself.
        Route route = methods.get(request.getMethod().equals("HEAD") ? "GET" : request.getMethod());
        if (route == null) {
            TreeSet<String> allowed = new TreeSet<>(methods.keySet());
            if (allowed.contains("GET")) {
                allowed.add("HEAD");
            }
            return Answer.problem(ProblemType.METHOD_NOT_ALLOWED, "allowed here: " + String.join(", ", allowed))
                    .with("Allow", String.join(", ", allowed));
        }
        try {
            return route.answer(request);
        } catch (IOException e) {
            boolean late = e.getCause() instanceof TimeoutException;
            // Nobody may be left to read this; if the body was merely broken, its sender is.
            return Answer.problem(
                            late ? ProblemType.REQUEST_TIMEOUT : ProblemType.MALFORMED_REQUEST,
                            "the body broke off before its end")
                    .with("Connection", "close");
        } catch (RuntimeException e) {
            log.error("request failed: method={} path={}", request.getMethod(), path, e);
            return Answer.problem(ProblemType.INTERNAL_ERROR, "the fault is logged")
                    .with("Connection", "close");
        }
    }

    private static void write(Request request, Response response, Answer answer, Callback callback) {
        response.setStatus(answer.status());
        response.getHeaders().put("Content-Type", answer.contentType());
        response.getHeaders().put("X-Content-Type-Options", "nosniff");
        response.getHeaders().put("Cache-Control", "no-store");
        answer.headers().forEach((name, value) -> response.getHeaders().put(name, value));
        response.getHeaders().put("Content-Length", answer.body().length);
        boolean head = request.getMethod().equals("HEAD");
        response.write(true, head ? null : ByteBuffer.wrap(answer.body()), callback);
    }

    private Answer ready() {
        if (draining) {
            return health(503, "draining", "");
        }
        KafkaWatch.State state = watch.state();
        return state.available() ? health(200, "ready", "") : health(503, "kafka-unavailable", state.detail());
    }

    private static Answer health(int status, String text, String detail) {
        StringBuilder json = new StringBuilder("{\"status\":\"").append(text).append('"');
        if (!detail.isEmpty()) {
            json.append(",\"detail\":\"");
            json.append(JsonStringEncoder.getInstance().quoteAsString(detail));
            json.append('"');
        }
        return Answer.of(status, Answer.JSON, json.append('}').toString().getBytes(StandardCharsets.UTF_8));
    }

    private void route(String method, String path, Route route) {
        routes.computeIfAbsent(path, p -> new LinkedHashMap<>()).put(method, route);
    }

    private interface Route {
        Answer answer(Request request) throws IOException;
    }
}
