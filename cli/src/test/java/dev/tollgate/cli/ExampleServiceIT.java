package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tollgate.examples.MemoryService;
import dev.tollgate.schemas.avro.Verdict;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The service of the module examples as its reader runs it: a process on a stack with a plan. */
class ExampleServiceIT {
    private static final Pattern SERVING = Pattern.compile("serving on port (\\d+)");
    private static final int LIMITED = 429;

    @Test
    void givenTheExampleService_whenAnAccountUsesUpItsMinute_thenItsCallsAreCountedAndTheNextIsRejected(
            @TempDir Path folder) throws Exception {
        try (TestingCluster cluster = new TestingCluster(folder)) {
            String config = cluster.configFile().toString();
            command("plans", "apply", Path.of("..", "plans", "mem.yaml").toString(), "-c", config);
            command("accounts", "assign", "acme", "mem", "-c", config);
            cluster.launch(
                    "service",
                    MemoryService.class,
                    cluster.kafka().bootstrapServers(),
                    cluster.kafka().registry().urls().get(0).toString(),
                    "0",
                    cluster.kafka().layout().prefix());
            TestingCluster.await(
                    "the service listens",
                    () -> SERVING.matcher(cluster.printed("service.out")).find());
            Matcher port = SERVING.matcher(cluster.printed("service.out"));
            assertThat(port.find()).isTrue();
            URI url = URI.create("http://127.0.0.1:" + port.group(1) + "/v2/mem-it");

            long passed = 0;
            long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            HttpResponse<String> answer = post(url);
            while (answer.statusCode() != LIMITED) {
                assertThat(answer.statusCode()).isEqualTo(204);
                // Five calls fill a minute; more go through as it flows back, or before the first snapshot is there.
                passed++;
                assertThat(System.nanoTime()).as("calls that passed: " + passed).isLessThan(deadline);
                answer = post(url);
            }

            assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
            assertThat(answer.headers().firstValueAsLong("Retry-After").orElseThrow())
                    .isBetween(1L, 60L);
            // A call costs 40; what has flowed back into the bucket since the last one is less.
            assertThat(answer.headers()
                            .firstValueAsLong("X-Complexity-Remaining")
                            .orElseThrow())
                    .isBetween(0L, 39L);
            assertThat(answer.headers().firstValue("RateLimit")).isPresent();
            JsonNode problem = new ObjectMapper().readTree(answer.body());
            assertThat(problem.get("type").asText())
                    .isEqualTo("https://iana.org/assignments/http-problem-types#quota-exceeded");
            assertThat(problem.get("status").asInt()).isEqualTo(LIMITED);
            assertThat(problem.get("violated-policies").get(0).asText()).isEqualTo("complexity-per-minute");
            long served = passed;
            TestingCluster.await(
                    "served calls are counted, the denied one is in the books",
                    () -> cluster.verdicts("acme", Verdict.COUNTED) == served
                            && cluster.verdicts("acme", Verdict.NOT_CONSUMING) == 1);
            assertThat(served).isGreaterThanOrEqualTo(5);
        }
    }

    private static void command(String... args) {
        StringWriter printed = new StringWriter();
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(printed, true));
        commandLine.setErr(new PrintWriter(printed, true));
        assertThat(commandLine.execute(args)).as(printed.toString()).isZero();
    }

    private static HttpResponse<String> post(URI url) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(url)
                                .header("X-Account-Id", "acme")
                                .POST(HttpRequest.BodyPublishers.noBody())
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }
}
