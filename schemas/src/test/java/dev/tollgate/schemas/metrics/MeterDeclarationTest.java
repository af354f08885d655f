package dev.tollgate.schemas.metrics;

import static dev.tollgate.schemas.metrics.MeterDeclaration.counter;
import static dev.tollgate.schemas.metrics.MeterDeclaration.gauge;
import static dev.tollgate.schemas.metrics.MeterDeclaration.histogram;
import static dev.tollgate.schemas.metrics.MeterDeclaration.timer;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class MeterDeclarationTest {
    private enum Colour {
        RED,
        DARK_BLUE
    }

    private enum Shade {
        DARK_BLUE,
        PALE
    }

    @Test
    void givenEachType_whenAskedForPrometheus_thenTheNamesAreThoseOfItsSamples() {
        assertThat(counter("tollgate.sink.rows", "rows", "rows").sampleNames())
                .containsExactly("tollgate_sink_rows_total");
        assertThat(gauge("tollgate.sink.lag.records", "records", "lag").sampleNames())
                .containsExactly("tollgate_sink_lag_records");
        assertThat(gauge("tollgate.sink.lag", MeterDeclaration.SECONDS, "lag").sampleNames())
                .containsExactly("tollgate_sink_lag_seconds");
        assertThat(gauge("tollgate.gateway.kafka.available", MeterDeclaration.FLAG, "flag")
                        .sampleNames())
                .containsExactly("tollgate_gateway_kafka_available");
        assertThat(timer("tollgate.sink.insert", "inserts").sampleNames())
                .containsExactly(
                        "tollgate_sink_insert_seconds_count",
                        "tollgate_sink_insert_seconds_sum",
                        "tollgate_sink_insert_seconds_max");
        assertThat(histogram("tollgate.gateway.sending", List.of(Duration.ofMillis(1)), "sending")
                        .sampleNames())
                .first()
                .isEqualTo("tollgate_gateway_sending_seconds_bucket");
    }

    @Test
    void givenNamesOutsideOfTheScheme_whenDeclared_thenTheMessageSaysWhatIsWrong() {
        assertRejected(() -> counter("sink.rows", "rows", "x"), "must be tollgate.ROLE.WHAT.UNIT");
        assertRejected(() -> counter("tollgate.rows", "rows", "x"), "must be tollgate.ROLE.WHAT.UNIT");
        assertRejected(() -> counter("tollgate.sink.read-backs", "backs", "x"), "must be tollgate.ROLE.WHAT.UNIT");
        assertRejected(() -> counter("tollgate.sink.stored", "rows", "x"), "must end with its unit 'rows'");
        assertRejected(() -> counter("tollgate.sink.rows.total", "total", "x"), "must leave 'total'");
        assertRejected(() -> timer("tollgate.sink.insert.seconds", "x"), "must leave the unit of a time");
        assertRejected(() -> counter("tollgate.sink.insert", MeterDeclaration.SECONDS, "x"), "timer or gauge");
        assertRejected(() -> counter("tollgate.sink.idle", MeterDeclaration.FLAG, "x"), "gauge to be a flag");
        assertRejected(() -> histogram("tollgate.sink.insert", List.of(), "x"), "must have buckets");
        assertRejected(() -> counter("tollgate.sink.rows", "rows", " "), "must say what it means");
        assertRejected(
                () -> MeterGroup.of("gate", "Gate", counter("tollgate.sink.rows", "rows", "x")),
                "must begin with tollgate.gate");
        assertRejected(
                () -> MeterGroup.of(
                        "sink",
                        "Sink",
                        counter("tollgate.sink.rows", "rows", "x"),
                        counter("tollgate.sink.rows", "rows", "y")),
                "is declared twice");
    }

    @Test
    void givenATagOfEnums_whenDeclared_thenEachConstantIsASeriesOnce() {
        MeterDeclaration meter =
                counter("tollgate.sink.rows", "rows", "x", TagDeclaration.of("colour", Colour.class, Shade.class));

        assertThat(meter.series()).containsExactly(List.of("red"), List.of("dark-blue"), List.of("pale"));
        assertThat(meter.tagsWith(List.of("pale"))).containsExactly("colour", "pale");
        assertRejected(() -> meter.tagsWith(List.of("green")), "has no colour 'green'");
        assertRejected(() -> meter.tagsWith(List.of()), "has 1 tags");
        assertRejected(() -> new TagDeclaration("colour", List.of()), "must have values");
    }

    private static void assertRejected(ThrowingCallable declaring, String message) {
        assertThatThrownBy(declaring)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }
}
