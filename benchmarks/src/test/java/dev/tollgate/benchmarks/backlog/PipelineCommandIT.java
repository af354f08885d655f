package dev.tollgate.benchmarks.backlog;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class PipelineCommandIT {
    @TempDir
    Path folder;

    @Test
    void givenFewEvents_whenAllJobsRun_thenTheirTotalsAgreeAndTheReportHasEachOfThem() throws Exception {
        Path json = folder.resolve("pipeline.json");
        Path svg = folder.resolve("pipeline.svg");
        StringWriter out = new StringWriter();
        CommandLine command = new CommandLine(new PipelineCommand()).setOut(new PrintWriter(out));

        // A job whose totals are not those of the events makes it another status.
        int status = command.execute(
                "--events=5000", "--accounts=100", "--runs=1", "--seed=3", "--json=" + json, "--svg=" + svg);

        assertThat(status).as(out.toString()).isZero();
        assertThat(out.toString())
                .contains("bare consumer", "Kafka Streams DSL", "Apache Flink", "Tollgate, one thread", "seed=3");
        JsonNode read = new ObjectMapper().readTree(json.toFile());
        assertThat(read.at("/machine/versions/flink").asText()).isNotEmpty();
        assertThat(read.at("/results"))
                .hasSize(4)
                .allSatisfy(result ->
                        assertThat(result.at("/events_per_second").asDouble()).isPositive());
        // The journal alone is a record for each event.
        assertThat(read.at("/results/3/records_per_event").asDouble()).isGreaterThan(1);
        assertThat(Files.readString(svg)).startsWith("<svg").contains("Apache Flink");
    }

    @Test
    void givenNoEvents_whenAsked_thenTheUsageIsWrong() {
        StringWriter err = new StringWriter();
        CommandLine command = new CommandLine(new PipelineCommand()).setErr(new PrintWriter(err));

        assertThat(command.execute("--events=0")).isEqualTo(2);
        assertThat(err.toString()).contains("must be 1 or more");
    }
}
