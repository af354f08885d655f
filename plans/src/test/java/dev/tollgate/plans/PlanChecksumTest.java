package dev.tollgate.plans;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PlanChecksumTest {
    private static final String BASE = """
        plans:
          - id: p
            title: P
            versions:
              - version: 1
                effective_from: 2026-01-01T00:00:00Z
                meters:
                  requests: {default: 1}
                  credits: {default: 1, endpoints: {/a: 2, /b: 3}}
                limits:
                  - {id: per-minute, meter: requests, amount: 100, window: minute}
                  - {id: per-day, meter: requests, amount: 1000, window: day, thresholds: [50%, 75%]}
                per_call_caps:
                  - {endpoint: /a, dimension: units, max: 9}
                charged_outcomes: [success, invalid]
        """;

    @Test
    void givenTheSameContent_whenReadByAnyRelease_thenTheChecksumStays() throws PlanFileException {
        // Written down when the format was released. A change here would turn every applied version into an edited one.
        assertThat(checksum(BASE)).isEqualTo("73ea6a7917f94ff2de4031466248b20e2306aa0b704cb4f49029b124c5d1e778");
    }

    @Test
    void givenOtherLayoutAndOrder_whenRead_thenTheChecksumIsTheSame() throws PlanFileException {
        String other = """
            # A comment.
            plans:
              - versions:
                  - charged_outcomes: [invalid, success]
                    per_call_caps: [{max: 9, dimension: units, endpoint: /a}]
                    limits:
                      - {id: per-day, meter: requests, amount: 1000, window: day, thresholds: [75%, 50%]}
                      - id: per-minute
                        meter: requests
                        amount: 100
                        algorithm: fixed_window
                        window: minute
                        scope: account
                        mode: enforce
                        thresholds: ['90.00%']
                        grace: 60s
                        bucket: minute
                    meters:
                      credits: {default: {base: 1}, unit: credits, endpoints: {/b: 3, /a: {base: 2, per_unit: 0}}}
                      requests: {default: 1, endpoints: {}}
                    effective_from: 2026-01-01T00:00:00.000Z
                    notice_period: 0d
                    version: 1
                title: Another title
                description: And a description
                id: p
            """;

        assertThat(checksum(other)).isEqualTo(checksum(BASE));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        id: p                 | id: q
        version: 1            | version: 2
        00:00:00Z             | 00:00:00.001Z
        meters:               | notice_period: 1ms, meters:
        requests: {default: 1} | requests: {default: 2}
        requests: {default: 1} | requests: {default: 1, unit: call}
        /a: 2                 | /a: 3
        /a: 2                 | /c: 2
        amount: 100,          | amount: 101,
        amount: 100,          | amount: unlimited, thresholds: [90%],
        window: minute        | window: second
        window: minute        | algorithm: leaky_bucket, period: 1m
        window: minute        | window: minute, mode: advisory
        window: minute        | window: minute, scope: project
        window: minute        | window: minute, grace: 1s
        window: minute        | window: minute, bucket: m
        50%                   | 50.01%
        50%                   | remaining below 50%
        dimension: units      | dimension: output_items
        max: 9                | max: 10
        success, invalid      | success
        """)
    void givenOneChange_whenRead_thenTheChecksumDiffers(String part, String replacement) throws PlanFileException {
        assertThat(BASE).contains(part);
        String changed = replacement.endsWith("meters:")
                ? BASE.replace("        meters:", "        notice_period: 1ms\n        meters:")
                : BASE.replaceFirst(Pattern.quote(part), replacement);

        assertThat(checksum(changed)).isNotEqualTo(checksum(BASE));
    }

    private static String checksum(String text) throws PlanFileException {
        return PlanFile.read(text, "p.yaml").getFirst().getVersions().getFirst().getChecksum();
    }
}
