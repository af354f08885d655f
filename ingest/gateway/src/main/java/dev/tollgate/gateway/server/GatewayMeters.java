package dev.tollgate.gateway.server;

import static dev.tollgate.schemas.metrics.MeterDeclaration.counter;
import static dev.tollgate.schemas.metrics.MeterDeclaration.gauge;
import static dev.tollgate.schemas.metrics.MeterDeclaration.histogram;
import static dev.tollgate.schemas.metrics.MeterDeclaration.timer;

import dev.tollgate.http.CommonProblem;
import dev.tollgate.http.ProblemType;
import dev.tollgate.schemas.metrics.MeterDeclaration;
import dev.tollgate.schemas.metrics.MeterGroup;
import dev.tollgate.schemas.metrics.TagDeclaration;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** The meters of the gateway. */
public final class GatewayMeters {
    static final MeterDeclaration REQUESTS = timer(
            "tollgate.gateway.request",
            "answers to `POST /v1/events`, by HTTP status",
            new TagDeclaration(
                    "status",
                    // All events were accepted; some were; and the problems.
                    IntStream.concat(
                                    IntStream.of(200, 207),
                                    Stream.of(CommonProblem.values(), GatewayProblem.values())
                                            .flatMap(Arrays::stream)
                                            .mapToInt(ProblemType::status))
                            .distinct()
                            .sorted()
                            .mapToObj(Integer::toString)
                            .toList()));

    static final MeterDeclaration EVENTS = counter(
            "tollgate.gateway.events",
            "events",
            "events, by what became of them",
            TagDeclaration.of("result", Result.Status.class));

    static final MeterDeclaration SENDING = histogram(
            "tollgate.gateway.sending",
            milliseconds(1, 2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000),
            "from the hand-over of a request's events to Kafka to the last acknowledgement");

    static final MeterDeclaration IN_FLIGHT_BYTES = gauge(
            "tollgate.gateway.in.flight.bytes", "bytes", "memory that requests hold now; of `gateway.in-flight-bytes`");

    static final MeterDeclaration IN_FLIGHT_EVENTS = gauge(
            "tollgate.gateway.in.flight.events",
            "events",
            "events between body and acknowledgement now; of `gateway.in-flight-events`");

    static final MeterDeclaration KAFKA_AVAILABLE = gauge(
            "tollgate.gateway.kafka.available", MeterDeclaration.FLAG, "1 if events can be written to Kafka, else 0");

    /** All of them. */
    public static final MeterGroup GROUP = MeterGroup.of(
            "gateway",
            "Gateway: `tollgate gateway`",
            REQUESTS,
            EVENTS,
            SENDING,
            IN_FLIGHT_BYTES,
            IN_FLIGHT_EVENTS,
            KAFKA_AVAILABLE);

    private GatewayMeters() {}

    private static List<Duration> milliseconds(long... bounds) {
        return LongStream.of(bounds).mapToObj(Duration::ofMillis).toList();
    }
}
