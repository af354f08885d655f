package dev.tollgate.gateway;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Makes random requests with what must come of them. One per client thread: events of two never share an id. */
final class RequestFactory {
    private static final List<String> TYPES = List.of(
            "application/json",
            "application/x-ndjson",
            "application/cloudevents+json",
            "application/cloudevents-batch+json",
            "Application/JSON;charset=UTF-8");

    private static final List<String> SNIPPETS = List.of(
            "null",
            "true",
            "0",
            "-1",
            "1e999",
            "9223372036854775808",
            "\"\"",
            "\" \"",
            "\"\\ud800\"",
            "\"\\u0000\"",
            "[]",
            "{}",
            "[[[[[[]]]]]]",
            "{\"a\":{\"b\":{}}}",
            "\"x\"",
            "1.5",
            "\"2026-01-01T00:00:00Z\"",
            "\"" + "y".repeat(600) + "\"");

    private static final List<String> FIELDS = List.of(
            "event_id",
            "account_id",
            "project_id",
            "api_key_id",
            "endpoint",
            "occurred_at",
            "phase",
            "outcome",
            "units",
            "input_tokens",
            "output_items",
            "duration_ms",
            "producer",
            "attributes",
            "unknown",
            "a/b~c \u00e4\ud83d\ude00");

    private final Random random;
    private final String account;
    private int made;

    RequestFactory(Random random, int client) {
        this.random = random;
        account = "fuzz-" + client;
    }

    Sent next() {
        return switch (random.nextInt(20)) {
            case 0, 1, 2 -> batch(0);
            case 3, 4, 5 -> batch(1 + random.nextInt(3));
            case 6 -> lines();
            case 7, 8 -> cloudEvents();
            case 9 -> binaryCloudEvent();
            case 10, 11 -> mutated();
            case 12 -> post("application/json", randomBytes(random.nextInt(200)), 0, -1);
            case 13 -> post("application/json", invalidUtf8(), 400, 0);
            case 14 -> tooLarge();
            case 15 -> post("application/json", deep(), 400, 0);
            case 16 -> post("application/json", tooMany(), 413, 0);
            case 17 -> post(random.nextBoolean() ? "text/xml" : "application/octet-stream", event(), 415, 0);
            case 18 -> otherRoute();
            default -> brokenHttp();
        };
    }

    private Sent batch(int bad) {
        int size = 1 + random.nextInt(5);
        StringBuilder body = new StringBuilder("[");
        for (int i = 0; i < size + bad; i++) {
            body.append(i == 0 ? "" : ",").append(i < size ? event() : badEvent());
        }
        int count = size + bad;
        return post("application/json", body.append(']').toString(), bad == 0 ? 200 : 207, count);
    }

    private Sent lines() {
        String body = event() + "\n" + (random.nextBoolean() ? "\r\n" : "") + "{\"broken\n" + event() + "\n";
        return post("application/x-ndjson", body, 207, 3);
    }

    private Sent cloudEvents() {
        String good = cloudEvent("dev.tollgate.request");
        return switch (random.nextInt(3)) {
            case 0 -> post("application/cloudevents+json", good, 200, 1);
            case 1 -> post("application/cloudevents-batch+json", "[" + good + "," + cloudEvent("other") + "]", 207, 2);
            default -> post("application/cloudevents+json", good.replace("\"id\"", "\"" + pick(FIELDS) + "\""), 422, 1);
        };
    }

    private String cloudEvent(String type) {
        return "{\"specversion\":\"1.0\",\"id\":\"c" + made++ + "\",\"source\":\"/fuzz\",\"type\":\"" + type
                + "\",\"subject\":\"" + account + "\",\"data\":{\"endpoint\":\"e\",\"units\":" + random.nextInt(9)
                + "}}";
    }

    private Sent binaryCloudEvent() {
        boolean broken = random.nextBoolean();
        String headers = "ce-specversion: 1.0\r\nce-id: b" + made++ + "\r\nce-source: /fuzz\r\nce-type: "
                + (broken ? "" : "dev.tollgate.request") + "\r\nce-subject: " + account + "\r\n";
        return request(
                "POST", "/v1/events", "application/json", headers, "{\"endpoint\":\"e\"}", broken ? 422 : 200, 1);
    }

    /** A good body with some bytes changed, cut out or doubled: it may still be good. */
    private Sent mutated() {
        byte[] body = ("[" + event() + "," + event() + "]").getBytes(StandardCharsets.UTF_8);
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(body.length);
            if (random.nextInt(3) == 0) {
                body = Arrays.copyOf(body, Math.max(1, at));
            } else {
                // The account must stay what the accepted events are looked up by.
                body[at] =
                        body[at] == '-' || Character.isLetterOrDigit(body[at]) ? body[at] : (byte) random.nextInt(256);
            }
        }
        return post(pick(TYPES), body, 0, -1);
    }

    private byte[] invalidUtf8() {
        byte[] body = ("[" + event() + ",{\"account_id\":\"??\"}]").getBytes(StandardCharsets.UTF_8);
        int at = new String(body, StandardCharsets.UTF_8).indexOf("??");
        byte[][] broken = {
            {(byte) 0xC0, (byte) 0xAF},
            {(byte) 0xED, (byte) 0xA0},
            {(byte) 0x80, 'a'},
            {(byte) 0xF8, (byte) 0x88},
            {(byte) 0xFF, 'x'}
        };
        byte[] chosen = broken[random.nextInt(broken.length)];
        System.arraycopy(chosen, 0, body, at, 2);
        return body;
    }

    private Sent tooLarge() {
        int bytes = 65_537 + random.nextInt(200_000);
        if (random.nextBoolean()) {
            return post("application/json", " ".repeat(bytes), 413, 0);
        }
        ByteArrayOutputStream chunked = new ByteArrayOutputStream();
        write(
                chunked,
                "POST /v1/events HTTP/1.1\r\n"
                        + "Host: fuzz\r\n"
                        + "Content-Type: application/json\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n");
        for (int left = bytes; left > 0; left -= 8_192) {
            int size = Math.min(left, 8_192);
            write(chunked, Integer.toHexString(size) + "\r\n" + " ".repeat(size) + "\r\n");
        }
        write(chunked, "0\r\n\r\n");
        return new Sent(chunked.toByteArray(), account, 413, 0, false, false);
    }

    private String deep() {
        int depth = 20 + random.nextInt(5_000);
        return random.nextBoolean()
                ? "[" + "[".repeat(depth) + "]".repeat(depth) + "]"
                : "{\"account_id\":" + "{\"a\":".repeat(depth) + "1" + "}".repeat(depth) + "}";
    }

    private String tooMany() {
        return "[" + "{},".repeat(200 + random.nextInt(1_000)) + "{}]";
    }

    private Sent otherRoute() {
        return switch (random.nextInt(4)) {
            case 0 -> request("POST", "/v1/nothing", "application/json", "", event(), 404, 0);
            case 1 -> request("DELETE", "/v1/events", "application/json", "", "", 405, 0);
            case 2 -> request("POST", "/v1//events/../../x", "application/json", "", event(), 0, 0);
            default -> request("PUT", "/health/live", "application/json", "", event(), 405, 0);
        };
    }

    private Sent brokenHttp() {
        String request = switch (random.nextInt(6)) {
            case 0 -> "\u0001\u0002\u0003 garbage\r\n\r\n";
            case 1 -> "POST /v1/events HTTP/1.1\r\nContent-Length: -5\r\nHost: a\r\n\r\n";
            case 2 -> "POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n";
            case 3 -> "POST /v1/events HTTP/1.1\r\nHost: a\r\nX: " + "z".repeat(40_000) + "\r\n\r\n";
            case 4 ->
                "POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\nZZ\r\n[]\r\n";
            // Announces more than it sends.
            default ->
                "POST /v1/events HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
                        + "Content-Length: 500\r\n\r\n[" + event();
        };
        return new Sent(request.getBytes(StandardCharsets.ISO_8859_1), account, 0, -1, true, true);
    }

    private String event() {
        return "{\"event_id\":\"e" + made++ + "\",\"account_id\":\"" + account + "\",\"endpoint\":\"/fuzz\",\"units\":"
                + random.nextInt(100) + "}";
    }

    /** Broken in exactly one or more places, whatever the snippet: a field that is not known, and perhaps more. */
    private String badEvent() {
        return "{\"event_id\":\"x" + made++ + "\",\"account_id\":\"" + account + "\",\"no such field\":"
                + pick(SNIPPETS)
                + (random.nextBoolean() ? ",\"" + pick(FIELDS.subList(2, 5)) + "\":" + pick(SNIPPETS) : "") + "}";
    }

    private byte[] randomBytes(int count) {
        byte[] bytes = new byte[count];
        random.nextBytes(bytes);
        return bytes;
    }

    private Sent post(String contentType, String body, int expected, int events) {
        return post(contentType, body.getBytes(StandardCharsets.UTF_8), expected, events);
    }

    private Sent post(String contentType, byte[] body, int expected, int events) {
        return request("POST", "/v1/events", contentType, "", body, expected, events);
    }

    private Sent request(
            String method, String path, String contentType, String headers, String body, int expected, int events) {
        return request(method, path, contentType, headers, body.getBytes(StandardCharsets.UTF_8), expected, events);
    }

    private Sent request(
            String method, String path, String contentType, String headers, byte[] body, int expected, int events) {
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        write(
                request,
                method + " " + path + " HTTP/1.1\r\nHost: fuzz\r\nContent-Type: " + contentType + "\r\n" + headers
                        + "Content-Length: " + body.length + "\r\n\r\n");
        request.writeBytes(body);
        return new Sent(request.toByteArray(), account, expected, events, false, false);
    }

    private <T> T pick(List<T> from) {
        return from.get(random.nextInt(from.size()));
    }

    private static void write(ByteArrayOutputStream out, String text) {
        out.writeBytes(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    /**
     * A request.
     *
     * @param account that all its events are of
     * @param expected status, or 0 where several would be right
     * @param eventsInBody number of results that an answer with results must have, or -1 where it is not known
     * @param mayBeCutOff whether closing without an answer is right
     * @param halfClosed whether the client says that nothing more will come
     */
    record Sent(byte[] bytes, String account, int expected, int eventsInBody, boolean mayBeCutOff, boolean halfClosed) {
        @Override
        public String toString() {
            String text = new String(bytes, StandardCharsets.UTF_8);
            return text.length() > 1_500 ? text.substring(0, 1_500) + "..." : text;
        }
    }
}
