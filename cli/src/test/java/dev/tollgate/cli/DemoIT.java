package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** The main job, small: everything real, reconciled to the last unit. */
class DemoIT {
    @Test
    void givenTraffic_whenTheDemoRuns_thenRecountTopologyAndClickHouseAgree() throws Exception {
        StringWriter out = new StringWriter();
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out, true));

        int status =
                commandLine.execute("demo", "--events", "6000", "--accounts", "20", "--seed", "20261101", "--json");

        JsonNode report = new ObjectMapper().readTree(out.toString());
        assertThat(status).as(out.toString()).isZero();
        assertThat(report.get("reconciled").asBoolean()).isTrue();
        assertThat(report.get("published").asLong()).isEqualTo(6_000);
        long verdicts = 0;
        for (JsonNode count : report.get("verdicts")) {
            verdicts += count.asLong();
        }
        assertThat(verdicts + report.get("deadLetters").asLong()).isEqualTo(6_000);
        assertThat(report.get("deadLettersByReason").properties())
                .extracting(java.util.Map.Entry::getKey)
                .contains("MALFORMED", "UNKNOWN_SCHEMA", "MISSING_ACCOUNT_ID", "MISSING_ENDPOINT", "FUTURE_EVENT");
        assertThat(report.get("verdicts").properties())
                .extracting(java.util.Map.Entry::getKey)
                .contains("COUNTED", "DUPLICATE", "NOT_CONSUMING", "LATE");
        assertThat(report.get("softAlerts").asLong()).isPositive();
        assertThat(report.get("blocks").asLong()).isPositive();
        assertThat(report.get("seed").asLong()).isEqualTo(20261101);
        assertThat(out.toString().lines()).hasSize(1);
    }
}
