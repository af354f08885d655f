package dev.tollgate.cli.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxy;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Names from outside neither act on a terminal nor make a second line, in whatever form they are shown. */
class HostileOutputTest {
    private static final String HOSTILE = "esc\u001b[31m\nsecond \u202eline\u0085";
    private static final String SHOWN = "esc\\u001B[31m\\nsecond \\u202Eline\\u0085";

    @Test
    void givenHostileCells_whenPrintedAsATable_thenEachRowIsOneLineAndColumnsAreAligned() {
        StringWriter out = new StringWriter();

        TextTable.print(
                new PrintWriter(out, true), List.of("account", "n"), List.of(List.of(HOSTILE, 1), List.of("acme", 10)));

        assertThat(out.toString().lines())
                .containsExactly(
                        "account" + " ".repeat(SHOWN.length() - 7) + "   n",
                        SHOWN + "   1",
                        "acme" + " ".repeat(SHOWN.length() - 4) + "  10",
                        "(2 rows)");
    }

    @Test
    void givenListsAndMaps_whenPrintedAsATable_thenTheirContentIsShown() {
        StringWriter out = new StringWriter();

        TextTable.print(
                new PrintWriter(out, true),
                List.of("limits", "costs", "none"),
                List.of(Arrays.asList(List.of("a", HOSTILE), new TreeMap<>(Map.of("requests", 1)), null)));

        assertThat(out.toString().lines().skip(1).findFirst())
                .hasValueSatisfying(line ->
                        assertThat(line).contains("[\"a\",\"" + SHOWN + "\"]").contains("{\"requests\":1}"));
    }

    @Test
    void givenHostileText_whenWrittenAsJson_thenItIsOneLineThatReadsBackTheSame() throws Exception {
        String line = Json.line(Map.of("account", HOSTILE));

        assertThat(line).isEqualTo("{\"account\":\"" + SHOWN + "\"}");
        assertThat(new com.fasterxml.jackson.databind.ObjectMapper()
                        .readTree(line)
                        .path("account")
                        .textValue())
                .isEqualTo(HOSTILE);
    }

    @Test
    void givenHostileText_whenLogged_thenTheMessageIsOneLineAndTheTraceHasNoEscapes() {
        LoggerContext context = new LoggerContext();
        Logger logger = context.getLogger("test");
        LoggingEvent event = new LoggingEvent(
                "test", logger, Level.WARN, "account={}", new IllegalStateException("bad " + HOSTILE), new Object[] {
                    HOSTILE
                });
        PrintableStackTrace trace = new PrintableStackTrace();
        trace.setContext(context);
        trace.start();

        assertThat(new PrintableMessage().convert(event)).isEqualTo("account=" + SHOWN);
        assertThat(event.getThrowableProxy()).isInstanceOf(ThrowableProxy.class);
        assertThat(trace.convert(event))
                .contains("IllegalStateException: bad esc\\u001B[31m")
                .doesNotContain("\u001b", "\u202e");
    }
}
