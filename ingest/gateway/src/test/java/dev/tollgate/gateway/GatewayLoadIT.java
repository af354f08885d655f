package dev.tollgate.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Measures the gateway with {@code wrk}, broker and gateway in this JVM; docs/performance/gateway.md has the command.
 */
@EnabledIfSystemProperty(
        named = "tollgate.load",
        matches = "true",
        disabledReason = "measures; asked for with -Dtollgate.load=true")
class GatewayLoadIT {
    private static final Pattern STATUS = Pattern.compile("(\\d{3})=(\\d+)");

    @TempDir
    Path folder;

    @Test
    void givenBatchesOfHundred_whenLoadIsWithinTheLimits_thenAllAreAccepted() throws Exception {
        try (GatewayFixture fixture = new GatewayFixture(folder.resolve("kafka"));
                Gateway gateway = fixture.gateway()) {
            wrk(gateway, 16, 10);

            String warm = wrk(gateway, 16, 20);
            String single = wrk(gateway, 1, 10);

            System.out.println("16 connections:\n" + warm + "\n1 connection:\n" + single);
            assertThat(statuses(warm)).containsOnlyKeys(200);
        }
    }

    @Test
    void givenBatchesOfHundred_whenLoadIsAboveTheLimits_thenTheRestIsAskedToComeBack() throws Exception {
        try (GatewayFixture fixture = new GatewayFixture(folder.resolve("kafka"));
                Gateway gateway =
                        fixture.gateway("gateway.in-flight-events", "1000", "gateway.in-flight-bytes", "2097152")) {
            String overload = wrk(gateway, 256, 20);

            System.out.println("256 connections, room for 1000 events:\n" + overload);
            assertThat(statuses(overload)).containsOnlyKeys(200, 429);
            assertThat(HttpCalls.status(gateway, "/health/ready")).isEqualTo(200);
        }
    }

    private String wrk(Gateway gateway, int connections, int seconds) throws Exception {
        Path script = folder.resolve("events.lua");
        try (InputStream in = GatewayLoadIT.class.getResourceAsStream("/load/events.lua")) {
            Files.write(script, in.readAllBytes());
        }
        Process wrk = new ProcessBuilder(
                        "wrk",
                        "-t1",
                        "-c" + connections,
                        "-d" + seconds + "s",
                        "--latency",
                        "--timeout",
                        "15s",
                        "-s",
                        script.toString(),
                        gateway.address() + "/v1/events")
                .redirectErrorStream(true)
                .start();
        String output = new String(wrk.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(wrk.waitFor()).as(output).isZero();
        return output;
    }

    private static TreeMap<Integer, Long> statuses(String output) {
        TreeMap<Integer, Long> statuses = new TreeMap<>();
        output.lines().filter(line -> line.startsWith("answers of thread")).forEach(line -> {
            Matcher matcher = STATUS.matcher(line);
            while (matcher.find()) {
                statuses.merge(Integer.valueOf(matcher.group(1)), Long.parseLong(matcher.group(2)), Math::addExact);
            }
        });
        return statuses;
    }
}
