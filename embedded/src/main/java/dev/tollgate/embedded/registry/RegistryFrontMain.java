package dev.tollgate.embedded.registry;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.tollgate.embedded.process.Lifeline;
import dev.tollgate.embedded.process.LocalCaller;
import dev.tollgate.embedded.process.LoopbackPort;
import dev.tollgate.embedded.process.StartSecret;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;

/**
 * The process of the registry: a front on the port that callers know, and the registry on a port of its own behind it.
 * Arguments: {@code PORT INNER_PORT MAIN_CLASS}; the first line of standard input is the password between the two.
 *
 * <p>The registry looks at no {@code Host}, so that a web page could change schemas under a name that it lets point to
 * 127.0.0.1. The front passes on what programs of this machine ask of the Confluent API, and nothing else; whoever
 * finds the inner port does not know the password. It prints {@code READY port=PORT} when it listens; the registry may
 * still be starting then, and is answered for with 503.
 */
public final class RegistryFrontMain {
    private static final String API = "/apis/ccompat/v7/";
    private static final int MAX_BODY_BYTES = 16 << 20;
    private static final int BACKLOG = 256;
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(60);
    private static final int NO_BODY = -1;

    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "DELETE");
    private static final List<String> PASSED_ON = List.of("Content-Type", "Accept");

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(ANSWER_WITHIN)
            .build();
    private final String inner;
    private final StartSecret secret;

    private RegistryFrontMain(int innerPort, StartSecret secret) {
        this.inner = "http://" + LoopbackPort.HOST + ":" + innerPort;
        this.secret = secret;
    }

    /** See the class. */
    public static void main(String[] arguments) throws Throwable {
        if (arguments.length != 3) {
            System.err.println("usage: RegistryFrontMain PORT INNER_PORT MAIN_CLASS < PASSWORD");
            System.exit(2);
        }
        RegistryFrontMain front = new RegistryFrontMain(Integer.parseInt(arguments[1]), Lifeline.readSecret());
        HttpServer server =
                HttpServer.create(new InetSocketAddress(LoopbackPort.HOST, Integer.parseInt(arguments[0])), BACKLOG);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.createContext("/", front::handle);
        server.start();
        System.out.println("READY port=" + server.getAddress().getPort());
        System.out.flush();
        Lifeline.main(new String[] {arguments[2]});
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String problem = LocalCaller.problem(exchange.getRequestHeaders());
            if (problem != null) {
                answer(exchange, 403, problem);
            } else if (!METHODS.contains(exchange.getRequestMethod())) {
                answer(exchange, 405, "the method must be one of " + METHODS);
            } else if (!exchange.getRequestURI().getRawPath().startsWith(API)
                    || exchange.getRequestURI().normalize().getRawPath().length()
                            != exchange.getRequestURI().getRawPath().length()) {
                answer(exchange, 404, "there is nothing but " + API);
            } else {
                byte[] body = exchange.getRequestBody().readNBytes(MAX_BODY_BYTES + 1);
                if (body.length > MAX_BODY_BYTES) {
                    answer(exchange, 413, "the body must be at most " + MAX_BODY_BYTES + " bytes");
                } else {
                    passOn(exchange, body);
                }
            }
        }
    }

    private void passOn(HttpExchange exchange, byte[] body) throws IOException {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create(inner + exchange.getRequestURI().toASCIIString()))
                .timeout(ANSWER_WITHIN)
                .header("Authorization", secret.basic())
                .method(
                        exchange.getRequestMethod(),
                        body.length == 0
                                ? HttpRequest.BodyPublishers.noBody()
                                : HttpRequest.BodyPublishers.ofByteArray(body));
        for (String name : PASSED_ON) {
            String value = exchange.getRequestHeaders().getFirst(name);
            if (value != null) {
                request.header(name, value);
            }
        }
        HttpResponse<byte[]> response;
        try {
            response = client.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            answer(exchange, 503, "the registry does not answer: " + e);
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            answer(exchange, 503, "the registry is stopping");
            return;
        }
        response.headers()
                .firstValue("Content-Type")
                .ifPresent(type -> exchange.getResponseHeaders().set("Content-Type", type));
        send(exchange, response.statusCode(), response.body());
    }

    /** In the form of the registry's own errors. */
    private static void answer(HttpExchange exchange, int status, String message) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/vnd.schemaregistry.v1+json");
        String escaped = message.replace("\\", "\\\\").replace("\"", "\\\"");
        send(
                exchange,
                status,
                ("{\"error_code\":" + status + ",\"message\":\"" + escaped + "\"}").getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int status, byte[] body) throws IOException {
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head || body.length == 0 ? NO_BODY : body.length);
        if (!head && body.length > 0) {
            exchange.getResponseBody().write(body);
        }
    }
}
