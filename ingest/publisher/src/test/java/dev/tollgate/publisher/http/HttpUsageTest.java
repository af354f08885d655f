package dev.tollgate.publisher.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.embedded.process.LoopbackPort;
import dev.tollgate.publisher.EventRejectionReason;
import dev.tollgate.publisher.PublisherConfig;
import dev.tollgate.publisher.RequestEventPublisher;
import dev.tollgate.schemas.avro.Outcome;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HttpUsageTest {
    private static final Duration TOOK = Duration.ofMillis(7);

    private RequestEventPublisher publisher;

    @BeforeEach
    void startWithoutKafka() {
        String nobody = LoopbackPort.HOST + ":" + LoopbackPort.free();
        publisher = RequestEventPublisher.start(
                PublisherConfig.from(Map.of("bootstrap.servers", nobody, "schema.registry.url", "http://" + nobody)));
    }

    @AfterEach
    void stop() {
        publisher.close(Duration.ZERO);
    }

    @ParameterizedTest
    @CsvSource({
        "200, SUCCESS",
        "204, SUCCESS",
        "101, SUCCESS",
        "304, SUCCESS",
        "400, INVALID",
        "404, INVALID",
        "422, INVALID",
        "499, INVALID",
        "401, AUTH_FAILED",
        "403, AUTH_FAILED",
        "429, LIMITED",
        "500, SERVER_ERROR",
        "503, SERVER_ERROR",
        "0, SERVER_ERROR",
        "-1, SERVER_ERROR"
    })
    void givenAStatus_whenMapped_thenTheOutcomeIsThis(int status, Outcome outcome) {
        assertThat(HttpUsage.outcome(status)).isEqualTo(outcome);
    }

    @Test
    void givenARequestOfNobody_whenRecorded_thenItIsCountedAndNotPublished() {
        HttpUsage usage = HttpUsage.of(publisher, call -> null).build();

        usage.record(new Call("/e"), 200, TOOK);

        assertThat(usage.unattributed()).isEqualTo(1);
        assertThat(publisher.counters().published()).isZero();
        assertThat(publisher.counters().rejected()).isZero();
    }

    @Test
    void givenAnExcludedRequest_whenRecorded_thenNothingIsCounted() {
        HttpUsage usage = HttpUsage.of(publisher, call -> "acme")
                .unless(call -> call.path().equals("/health"))
                .build();

        usage.record(new Call("/health"), 200, TOOK);
        usage.record(new Call("/e"), 200, TOOK);

        assertThat(publisher.counters().published()).isEqualTo(1);
        assertThat(usage.unattributed()).isZero();
    }

    @Test
    void givenAFunctionThatThrows_whenRecorded_thenTheRequestIsNotHarmedAndTheLossIsCounted() {
        HttpUsage usage = HttpUsage.of(publisher, call -> "acme")
                .project(call -> {
                    throw new IllegalStateException("no project");
                })
                .build();

        usage.record(new Call("/e"), 200, TOOK);

        assertThat(publisher.counters().rejected(EventRejectionReason.MALFORMED))
                .isEqualTo(1);
        assertThat(publisher.counters().published()).isZero();
    }

    private record Call(String path) implements HttpCall {
        @Override
        public String method() {
            return "GET";
        }

        @Override
        public @Nullable String header(String name) {
            return null;
        }

        @Override
        public @Nullable Object attribute(String name) {
            return null;
        }

        @Override
        public @Nullable String userName() {
            return null;
        }
    }
}
