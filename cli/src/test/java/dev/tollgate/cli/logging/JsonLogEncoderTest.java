package dev.tollgate.cli.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class JsonLogEncoderTest {
    private static final String HOSTILE = "esc\u001b[31m\nsecond \u202eline\u0085 \"q\" \\ \u2028 größer ☃ 😀";

    private final LoggerContext context = new LoggerContext();

    private String line(String message, @Nullable Throwable failure, Object... arguments) {
        JsonLogEncoder encoder = new JsonLogEncoder();
        encoder.setContext(context);
        encoder.start();
        LoggingEvent event = new LoggingEvent(
                "test", context.getLogger("dev.tollgate.sink.Sink"), Level.WARN, message, failure, arguments);
        event.setThreadName("main");
        event.setInstant(Instant.parse("2026-05-04T10:00:00.123456Z"));
        assertThat(encoder.headerBytes()).isEmpty();
        assertThat(encoder.footerBytes()).isEmpty();
        return new String(encoder.encode(event), StandardCharsets.UTF_8);
    }

    @Test
    void givenAMessage_whenEncoded_thenEachFieldIsThereOnce() {
        context.putProperty(LogIdentity.ROLE, "sink");
        context.putProperty(LogIdentity.INSTANCE, "sink-0");

        assertThat(line("stored rows={}", null, 7))
                .isEqualTo("{\"time\":\"2026-05-04T10:00:00.123456Z\",\"level\":\"WARN\","
                        + "\"logger\":\"dev.tollgate.sink.Sink\",\"thread\":\"main\",\"role\":\"sink\","
                        + "\"instance\":\"sink-0\",\"message\":\"stored rows=7\"}\n");
    }

    @Test
    void givenNoRoleYet_whenEncoded_thenItIsLeftOut() {
        assertThat(line("starts", null)).doesNotContain("role", "instance", "exception");
    }

    @Test
    void givenHostileText_whenEncoded_thenItIsOneLineThatReadsBackTheSame() throws Exception {
        String line = line("account={}", new IllegalStateException("bad " + HOSTILE, new Error("cause")), HOSTILE);

        assertThat(line.strip().lines()).hasSize(1);
        assertThat(line).endsWith("}\n").doesNotContain("\u001b", "\u202e", "\u0085", "\u2028");
        JsonNode read = new ObjectMapper().readTree(line);
        assertThat(read.path("message").asText()).isEqualTo("account=" + HOSTILE);
        assertThat(read.path("exception").asText())
                .startsWith("java.lang.IllegalStateException: bad " + HOSTILE)
                .contains("\tat ", "Caused by: java.lang.Error: cause");
    }

    @Test
    void givenNullAsMessageAndHalfASurrogatePair_whenEncoded_thenItIsStillJson() throws Exception {
        assertThat(new ObjectMapper()
                        .readTree(line("{}", null, new Object[] {null}))
                        .path("message")
                        .asText())
                .isEqualTo("null");
        assertThat(new ObjectMapper().readTree(line("\ud83d", null)).has("message"))
                .isTrue();
    }
}
