package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The main job, small: everything real, reconciled to the last unit. */
class DemoIT {
    private final StringWriter out = new StringWriter();

    @Test
    void givenTraffic_whenTheDemoRuns_thenRecountTopologyAndClickHouseAgree() throws Exception {
        JsonNode report = run("--events", "6000", "--accounts", "20", "--seed", "20261101");

        assertThat(report.get("published").asLong()).isEqualTo(6_000);
        long verdicts = 0;
        for (JsonNode count : report.get("verdicts")) {
            verdicts += count.asLong();
        }
        assertThat(verdicts + report.get("deadLetters").asLong()).isEqualTo(6_000);
        assertThat(keys(report.get("deadLettersByReason")))
                .contains("MALFORMED", "UNKNOWN_SCHEMA", "MISSING_ACCOUNT_ID", "MISSING_ENDPOINT", "FUTURE_EVENT");
        assertThat(keys(report.get("verdicts"))).contains("COUNTED", "DUPLICATE", "NOT_CONSUMING", "LATE");
        assertThat(report.get("plans")).extracting(JsonNode::asText).containsExactly("mem");
        assertThat(keys(report.get("blocksByLimit"))).contains("complexity-per-minute", "requests-per-minute");
        assertThat(report.get("softAlerts").asLong()).isPositive();
        assertThat(report.get("blocks").asLong()).isPositive();
        assertThat(report.get("seed").asLong()).isEqualTo(20261101);
        assertThat(out.toString().lines()).hasSize(1);
    }

    @Test
    void givenTiersWithCallsInFlight_whenTheDemoRuns_thenRecountTopologyAndClickHouseAgree() throws Exception {
        JsonNode report = run("--plan", "memory-crystal", "--events", "8000", "--accounts", "5", "--seed", "20261102");

        assertThat(report.get("plans")).hasSize(5);
        assertThat(keys(report.get("blocksByLimit"))).contains("concurrent-requests", "credits-per-minute");
        assertThat(keys(report.get("advisoryEventsByLimit"))).containsExactly("requests-per-minute-and-key");
    }

    private JsonNode run(String... options) throws Exception {
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        List<String> arguments = new ArrayList<>(List.of("demo", "--json"));
        arguments.addAll(List.of(options));

        int status = commandLine.execute(arguments.toArray(String[]::new));

        JsonNode report = new ObjectMapper().readTree(out.toString());
        assertThat(status).as(out.toString()).isZero();
        assertThat(report.get("reconciled").asBoolean()).isTrue();
        return report;
    }

    private static List<String> keys(JsonNode object) {
        return object.properties().stream().map(Map.Entry::getKey).toList();
    }
}
