package dev.tollgate.gateway.server;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;
import dev.tollgate.gateway.GatewayConfig;
import dev.tollgate.gateway.event.BodyReader;
import dev.tollgate.gateway.event.EventProblem;
import dev.tollgate.gateway.event.MalformedBodyException;
import dev.tollgate.gateway.event.MediaType;
import dev.tollgate.gateway.event.ReadEvent;
import dev.tollgate.gateway.kafka.Delivery;
import dev.tollgate.gateway.kafka.EventSender;
import dev.tollgate.gateway.kafka.KafkaWatch;
import dev.tollgate.http.Answer;
import dev.tollgate.http.Budget;
import dev.tollgate.http.CommonProblem;
import dev.tollgate.http.Endpoint;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.RequestBody;
import dev.tollgate.http.token.AccessToken;
import dev.tollgate.http.token.Role;
import dev.tollgate.http.token.Tokens;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.text.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntFunction;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Request;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/events}. In this order: who is it, is Kafka there, is the format known, is there room, can the body
 * be read, which events are valid and allowed, is there room for them, did Kafka confirm each. Nothing is sent before
 * the whole body was read; after that each event has a result of its own.
 */
final class EventsEndpoint implements Endpoint {
    private static final String IDEMPOTENCY_KEY = "Idempotency-Key";
    private static final int MAX_IDEMPOTENCY_KEY_CHARACTERS = 256;
    /** What a result and a problem take beside their texts, in the answer and as objects. */
    private static final int RESULT_BYTES = 128;

    private static final int PROBLEM_BYTES = 96;

    private static final EventProblem REJECTED_BY_KAFKA = EventProblem.ofEvent(Delivery.REJECTED_BY_KAFKA);

    private final GatewayConfig config;
    private final BodyReader reader;
    private final EventSender sender;
    private final KafkaWatch watch;
    private final Tokens tokens;
    private final Budget events;
    private final GatewayMetrics metrics;
    private final NoArgGenerator ids = Generators.timeBasedEpochRandomGenerator();

    EventsEndpoint(
            GatewayConfig config,
            EventSender sender,
            KafkaWatch watch,
            Tokens tokens,
            Budget events,
            GatewayMetrics metrics,
            InstantSource clock) {
        this.config = config;
        this.sender = sender;
        this.watch = watch;
        this.tokens = tokens;
        this.events = events;
        this.metrics = metrics;
        reader = new BodyReader(config.rules(), config.limits().maxEvents(), clock);
    }

    @Override
    public Answer answer(Exchange exchange) throws IOException {
        Request request = exchange.request();
        Optional<AccessToken> token = tokens.of(request.getHeaders());
        Budget bytes = tokens.budgetOf(token);
        try (RequestBody body = new RequestBody(
                request,
                bytes,
                config.limits().maxBodyBytes(),
                config.http().requestTimeout(),
                config.limits().minBodyBytesPerSecond())) {
            Answer answer = answer(request, body, token, bytes);
            // The memory of a body that was rejected is free from here on, however long its sender goes on.
            body.close();
            // What was rejected unread must be got out of the way, or the connection closes on a client that still
            // sends.
            boolean reusable = body.discardRest();
            return reusable ? answer : answer.with("Connection", "close");
        }
    }

    private Answer answer(Request request, RequestBody body, Optional<AccessToken> token, Budget bytes)
            throws IOException {
        HttpFields headers = request.getHeaders();
        if (token.isEmpty() && !tokens.isAnyoneAllowed()) {
            return Answer.problem(
                    CommonProblem.UNAUTHORIZED, "send a valid token in the header: Authorization: Bearer TOKEN");
        }
        if (token.isPresent() && token.get().role() != Role.PUBLISHER) {
            return Answer.problem(CommonProblem.ROLE_NOT_ALLOWED, "the role of the token must be publisher");
        }
        String page = config.tokens().isEmpty()
                ? WebPages.problem(headers, config.http().host(), config.corsOrigins())
                : null;
        if (page != null) {
            return Answer.problem(GatewayProblem.WEB_PAGE, page);
        }
        if (!watch.state().available()) {
            return kafkaAway(null);
        }
        Format format = Format.of(headers);
        if (format == null) {
            return unsupported(headers);
        }
        List<String> idempotencyKeys = headers.getValuesList(IDEMPOTENCY_KEY);
        String idempotencyKey = idempotencyKeys.isEmpty() ? null : idempotencyKeys.getFirst();
        if (idempotencyKey != null
                && (idempotencyKeys.size() > 1
                        || idempotencyKey.isBlank()
                        || idempotencyKey.length() > MAX_IDEMPOTENCY_KEY_CHARACTERS)) {
            return Answer.problem(
                    CommonProblem.MALFORMED_REQUEST,
                    IDEMPOTENCY_KEY + " must be there once and have 1 to " + MAX_IDEMPOTENCY_KEY_CHARACTERS
                            + " characters");
        }
        String client = token.map(AccessToken::name).orElse("");
        List<ReadEvent> read;
        try {
            byte[] content = body.read();
            read = read(format, headers, content, madeIds(client, idempotencyKey, content));
        } catch (RequestBody.RejectedException e) {
            return e.answer();
        } catch (MalformedBodyException e) {
            String detail = String.valueOf(e.getMessage());
            return switch (e.kind()) {
                case SYNTAX -> Answer.problem(CommonProblem.MALFORMED_BODY, detail);
                case TOO_MANY_EVENTS -> Answer.problem(GatewayProblem.TOO_MANY_EVENTS, detail);
            };
        }
        // The bytes are garbage from here on; only the events stay, and what will be said of each.
        body.close();
        long answerBytes = Math.min(estimatedAnswerBytes(read), config.limits().inFlightBytes());
        if (!bytes.tryTake(answerBytes)) {
            return Answer.problem(
                    CommonProblem.OVERLOADED, "there is no room for the answer now; send it again after a pause");
        }
        // A client may read its answer slowly; it takes memory until it is written.
        Request.addCompletionListener(request, failure -> bytes.giveBack(answerBytes));
        return publish(read, token);
    }

    private static long estimatedAnswerBytes(List<ReadEvent> read) {
        long bytes = 0;
        for (ReadEvent event : read) {
            bytes += RESULT_BYTES;
            if (event instanceof ReadEvent.Invalid invalid) {
                for (EventProblem problem : invalid.problems()) {
                    bytes += PROBLEM_BYTES
                            + problem.detail().length()
                            + (problem.pointer() == null ? 0 : problem.pointer().length());
                }
            }
        }
        return bytes;
    }

    /**
     * Ids for events that have none: random ones, or such that follow from the caller's key, the body and the event's
     * place in it. So the same request sent twice has the same ids; another one under a key that was used before has
     * others, and is counted.
     */
    private IntFunction<String> madeIds(String client, @Nullable String idempotencyKey, byte[] body) {
        if (idempotencyKey == null) {
            return index -> ids.generate().toString();
        }
        String request = client + "\n" + idempotencyKey + "\n"
                + HexFormat.of().formatHex(Sha256.digest().digest(body)) + "\n";
        return index -> UUID.nameUUIDFromBytes((request + index).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    private List<ReadEvent> read(Format format, HttpFields headers, byte[] body, IntFunction<String> madeId)
            throws MalformedBodyException {
        return switch (format) {
            case JSON -> reader.readJson(body, madeId);
            case JSON_LINES -> reader.readLines(body, madeId);
            case CLOUD_EVENT -> reader.readCloudEvent(body);
            case CLOUD_EVENT_BATCH -> reader.readCloudEventBatch(body);
            case BINARY_CLOUD_EVENT -> reader.readBinaryCloudEvent(cloudEventHeaders(headers), body);
        };
    }

    private static Map<String, List<String>> cloudEventHeaders(HttpFields headers) {
        Map<String, List<String>> found = new HashMap<>();
        for (HttpField field : headers) {
            String name = field.getLowerCaseName();
            if (name.startsWith("ce-") || name.equals("content-type")) {
                found.computeIfAbsent(name, n -> new ArrayList<>(1))
                        .add(field.getValue() == null ? "" : field.getValue());
            }
        }
        return found;
    }

    private Answer publish(List<ReadEvent> read, Optional<AccessToken> token) {
        List<RequestEvent> allowed = new ArrayList<>(read.size());
        List<@Nullable Result> results = new ArrayList<>(read.size());
        int forbidden = 0;
        for (ReadEvent event : read) {
            switch (event) {
                case ReadEvent.Invalid invalid ->
                    results.add(new Result(invalid.eventId(), Result.Status.REJECTED, invalid.problems()));
                case ReadEvent.Valid valid -> {
                    RequestEvent request = valid.event();
                    if (token.isPresent() && !token.get().allows(request.getAccountId())) {
                        forbidden++;
                        results.add(new Result(
                                request.getEventId(),
                                Result.Status.REJECTED,
                                List.of(valid.account().problem("must be an account that the token may publish for"))));
                    } else {
                        allowed.add(request);
                        results.add(null);
                    }
                }
            }
        }
        List<Delivery> deliveries = List.of();
        if (!allowed.isEmpty()) {
            if (!events.tryTake(allowed.size())) {
                return Answer.problem(
                        CommonProblem.OVERLOADED, "too many events are on their way; send them again after a pause");
            }
            try {
                deliveries = metrics.timeSending(() -> sender.send(allowed));
            } finally {
                events.giveBack(allowed.size());
            }
        }
        return answer(merged(results, allowed, deliveries), forbidden);
    }

    private static Results merged(List<@Nullable Result> results, List<RequestEvent> sent, List<Delivery> deliveries) {
        List<Result> merged = new ArrayList<>(results.size());
        int next = 0;
        for (Result result : results) {
            if (result != null) {
                merged.add(result);
            } else {
                String eventId = sent.get(next).getEventId();
                merged.add(
                        switch (deliveries.get(next)) {
                            case STORED -> new Result(eventId, Result.Status.ACCEPTED, List.of());
                            case UNCONFIRMED -> new Result(eventId, Result.Status.UNCONFIRMED, List.of());
                            case REJECTED -> new Result(eventId, Result.Status.REJECTED, List.of(REJECTED_BY_KAFKA));
                        });
                next++;
            }
        }
        return new Results(merged);
    }

    private Answer answer(Results results, int forbidden) {
        int count = results.results().size();
        long accepted = results.count(Result.Status.ACCEPTED);
        long rejected = results.count(Result.Status.REJECTED);
        metrics.countEvents(results);
        if (accepted == count) {
            return Answer.json(200, results);
        }
        if (accepted > 0) {
            return Answer.json(207, results);
        }
        if (rejected < count) {
            return kafkaAway(results);
        }
        return forbidden == count
                ? Answer.problem(
                        CommonProblem.ACCOUNT_NOT_ALLOWED, "none of the events is of an account of this token", results)
                : Answer.problem(
                        GatewayProblem.INVALID_EVENTS,
                        count == 1 ? "the event breaks the rules" : "each of the " + count + " events breaks a rule",
                        results);
    }

    private static Answer kafkaAway(@Nullable Results results) {
        String detail = "no event was confirmed; send the request again, the same event ids make that harmless";
        return results == null
                ? Answer.problem(GatewayProblem.KAFKA_UNAVAILABLE, detail)
                : Answer.problem(GatewayProblem.KAFKA_UNAVAILABLE, detail, results);
    }

    private static Answer unsupported(HttpFields headers) {
        if (isCompressed(headers)) {
            return Answer.problem(
                            CommonProblem.UNSUPPORTED_MEDIA_TYPE,
                            "a compressed body is not supported; send it as it is")
                    .with("Accept-Encoding", "identity");
        }
        return Answer.problem(
                        CommonProblem.UNSUPPORTED_MEDIA_TYPE,
                        "Content-Type must be one of " + String.join(", ", Format.mediaTypes())
                                + ", in UTF-8; for a CloudEvent in binary mode it is application/json")
                .with("Accept-Post", String.join(", ", Format.mediaTypes()));
    }

    private static boolean isCompressed(HttpFields headers) {
        String encoding = headers.get("Content-Encoding");
        String transfer = headers.get("Transfer-Encoding");
        return encoding != null && !encoding.equalsIgnoreCase("identity")
                || transfer != null && !transfer.trim().equalsIgnoreCase("chunked");
    }

    /** How a body carries events. */
    private enum Format {
        JSON("application/json"),
        JSON_LINES("application/x-ndjson"),
        CLOUD_EVENT("application/cloudevents+json"),
        CLOUD_EVENT_BATCH("application/cloudevents-batch+json"),
        BINARY_CLOUD_EVENT("application/json");

        private static final List<String> BINARY_ATTRIBUTES =
                List.of("ce-specversion", "ce-id", "ce-source", "ce-type");

        private final String mediaType;

        Format(String mediaType) {
            this.mediaType = mediaType;
        }

        static List<String> mediaTypes() {
            return List.of(JSON.mediaType, JSON_LINES.mediaType, CLOUD_EVENT.mediaType, CLOUD_EVENT_BATCH.mediaType);
        }

        static @Nullable Format of(HttpFields headers) {
            if (isCompressed(headers)) {
                return null;
            }
            List<String> types = headers.getValuesList("Content-Type");
            MediaType type = types.size() == 1 ? MediaType.parse(types.getFirst()) : null;
            if (type == null || !type.isUtf8()) {
                return null;
            }
            String essence = type.essence();
            boolean structured = essence.startsWith("application/cloudevents");
            // Any of them: without its specversion such an event would lose its id and be counted again when it is sent
            // again.
            if (!structured && BINARY_ATTRIBUTES.stream().anyMatch(headers::contains)) {
                return type.isJson() ? BINARY_CLOUD_EVENT : null;
            }
            for (Format format : values()) {
                if (format.mediaType.equals(essence)) {
                    return format;
                }
            }
            return type.isJson() && !structured ? JSON : null;
        }
    }
}
