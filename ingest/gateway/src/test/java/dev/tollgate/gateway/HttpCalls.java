package dev.tollgate.gateway;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tollgate.http.contract.ApiContract;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** Calls of a gateway whose answers are held against its own API document. */
final class HttpCalls {
    static final String JSON = "application/json";

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final HttpClient CLIENT =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private static final ApiContract CONTRACT = ApiContract.of(Gateway.class);

    private HttpCalls() {}

    /** Posts to {@code /v1/events}; headers are pairs of name and value. */
    static Reply post(Gateway gateway, String contentType, byte[] body, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(gateway.address() + "/v1/events"))
                .timeout(Duration.ofSeconds(60))
                .header("Content-Type", contentType)
                .POST(BodyPublishers.ofByteArray(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return send(request.build());
    }

    static Reply post(Gateway gateway, String contentType, String body, String... headers) {
        return post(gateway, contentType, body.getBytes(StandardCharsets.UTF_8), headers);
    }

    static Reply get(Gateway gateway, String path) {
        return send(HttpRequest.newBuilder(URI.create(gateway.address() + path)).build());
    }

    static Reply send(HttpRequest request) {
        try {
            HttpResponse<byte[]> response = CLIENT.send(request, BodyHandlers.ofByteArray());
            Reply reply = new Reply(
                    response.statusCode(),
                    response.headers().firstValue("Content-Type").orElse(""),
                    response.headers(),
                    response.body());
            CONTRACT.check(request.method(), request.uri().getPath(), reply.status(), reply.headers(), reply.text());
            return reply;
        } catch (IOException e) {
            throw new AssertionError(request + " got no answer: " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    static int status(Gateway gateway, String path) {
        return get(gateway, path).status();
    }

    /** Opens a plain connection to write whatever bytes on. */
    static Socket socket(Gateway gateway) throws IOException {
        Socket socket =
                new Socket(InetAddress.getLoopbackAddress(), gateway.address().getPort());
        socket.setSoTimeout(30_000);
        return socket;
    }

    static void write(Socket socket, String text) throws IOException {
        OutputStream out = socket.getOutputStream();
        out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        out.flush();
    }

    /** Everything until the other side closes. */
    static String readToEnd(Socket socket) throws IOException {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        InputStream in = socket.getInputStream();
        in.transferTo(read);
        return read.toString(StandardCharsets.ISO_8859_1);
    }

    /** An answer. */
    record Reply(int status, String contentType, java.net.http.HttpHeaders headers, byte[] body) {
        JsonNode json() {
            try {
                return MAPPER.readTree(body);
            } catch (IOException e) {
                throw new AssertionError("not JSON: " + text(), e);
            }
        }

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        String problem() {
            return json().path("type").asText().replace("urn:tollgate:problem:", "");
        }

        String header(String name) {
            return headers.firstValue(name).orElse("");
        }
    }
}
