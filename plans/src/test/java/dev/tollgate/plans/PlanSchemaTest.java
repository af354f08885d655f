package dev.tollgate.plans;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The schema that editors use says the same as the reader. */
class PlanSchemaTest {
    static final String FULL = """
        plans:
          - id: full
            title: Every key
            description: All of them
            time_zone: Europe/Berlin
            anchor: {month: 4, day: 15, weekday: sunday, hour: 6}
            versions:
              - version: 1
                effective_from: 2026-01-01T00:00:00.5Z
                notice_period: 30d
                meters:
                  credits:
                    unit: credit
                    default: 1
                    endpoints:
                      GET /stats: 1
                      POST /kb/:id/import: {base: 5, per_unit: 2, unit_size: 10}
                limits:
                  - id: fixed
                    meter: credits
                    amount: 1000
                    algorithm: fixed_window
                    window: minute
                    scope: account
                    mode: enforce
                    thresholds: [90%, remaining below 20%, 99.5%]
                    grace: 30s
                    bucket: minute
                  - {id: daily, meter: credits, amount: 40, window: day}
                  - {id: leaky, meter: credits, amount: 50, algorithm: leaky_bucket, period: 1m}
                  - {id: sliding, meter: credits, amount: unlimited, algorithm: sliding_window, period: 1h}
                  - {id: flight, meter: credits, amount: 2, algorithm: concurrency, lease: 1m, scope: api_key}
                per_call_caps:
                  - {endpoint: addMessage, dimension: input_tokens, max: 4000}
                charged_outcomes: [success, invalid]
          - id: sharing
            title: With a block
            versions:
              - version: 1
                effective_from: 2026-01-01T00:00:00Z
                extends: common
                limits:
                  - {id: of-the-block, amount: 5}
        shared:
          common:
            meters: {requests: {default: 1}}
            limits:
              - {id: of-the-block, meter: requests, window: 15 minutes}
        """;

    @ParameterizedTest
    @MethodSource("dev.tollgate.plans.ShippedPlansTest#shippedFiles")
    void givenShippedFile_whenValidated_thenTheSchemaAcceptsIt(Path file) throws IOException {
        String text = Files.readString(file);

        assertThat(TestingSchema.errors(text)).isEmpty();
        assertThat(text).startsWith("# yaml-language-server: $schema=" + TestingSchema.FILE + "\n");
    }

    @Test
    void givenEveryKey_whenValidated_thenBothAcceptIt() {
        assertThat(TestingSchema.errors(FULL)).isEmpty();
        assertThat(PlanFile.check(FULL, "full.yaml").errors()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        plans:                | plan:
        id: full              | id: none
        id: full              | id: _full
        id: full              | id: 12
        id: full              | name: full
        title: Every key      | title: ""
        title: Every key      | title: "\\t"
        title: Every key      | title: [a]
        description: All of them | description: 7
        description: All of them | descripton: x
        version: 1            | version: 0
        version: 1            | version: 1000001
        version: 1            | version: one
        version: 1            | version: "1"
        2026-01-01T00:00:00.5Z | 2026-01-01
        2026-01-01T00:00:00.5Z | 2026-01-01T00:00:00+01:00
        2026-01-01T00:00:00.5Z | 1969-12-31T00:00:00Z
        2026-01-01T00:00:00.5Z | 2026-01-01T00:00:00.5000Z
        notice_period: 30d    | notice_period: 30
        notice_period: 30d    | notice_period: P30D
        notice_period: 30d    | notice_period: -1d
        unit: credit          | unit: " "
        default: 1            | default: -1
        default: 1            | default: 1000000001
        default: 1            | default: 1.5
        default: 1            | default: {per_unit: 1}
        GET /stats: 1         | "GET  /stats": 1
        GET /stats: 1         | " /stats": 1
        GET /stats: 1         | GET /stats: x
        per_unit: 2, unit_size | unit_size
        unit_size: 10         | unit_size: 0
        base: 5               | base: 5, cap: 9
        amount: 1000          | amount: -1
        amount: 1000          | amount: 1000000000000001
        amount: 1000          | amount: infinite
        amount: 1000          | amount: "1000"
        fixed_window          | token_bucket
        window: minute        | window: fortnight
        window: minute        | window: minutes
        window: minute        | window: 0 minutes
        window: minute        | window: 15
        time_zone: Europe/Berlin | time_zone: "+01:00"
        time_zone: Europe/Berlin | time_zone: 1
        time_zone: Europe/Berlin | timezone: Europe/Berlin
        day: 15               | day: 32
        day: 15               | day: 0
        hour: 6               | hour: 24
        month: 4              | month: april
        weekday: sunday       | weekday: 7
        weekday: sunday       | weekdays: sunday
        amount: 40, window: day | window: day
        extends: common       | extends: {a: b}
        extends: common       | extend: common
        meters: {requests: {default: 1}} | versions: 1
        window: minute        | period: 1m
        window: minute        | lease: 1m
        window: minute        | grace: 1m
        leaky_bucket, period: 1m  | leaky_bucket, window: minute
        leaky_bucket, period: 1m  | leaky_bucket, period: 1m, lease: 1m
        leaky_bucket, period: 1m  | leaky_bucket
        leaky_bucket, period: 1m  | leaky_bucket, period: 1 m
        leaky_bucket, period: 1m  | leaky_bucket, period: 01m
        concurrency, lease: 1m    | concurrency, window: minute
        concurrency, lease: 1m    | concurrency
        scope: account        | scope: ACCOUNT
        mode: enforce         | mode: strict
        90%                   | 0%
        90%                   | 0.5%
        90%                   | 101%
        90%                   | 100.01%
        90%                   | 90.123%
        90%                   | 90
        90%                   | less than 10%
        90%                   | 99.5%
        grace: 30s            | grace: soon
        bucket: minute        | bucket: a minute
        dimension: input_tokens | dimension: tokens
        endpoint: addMessage  | endpoint: ""
        max: 4000             | max: -4000
        max: 4000             | max: unlimited
        success, invalid      | success, unknown
        success, invalid      | success, success
        success, invalid      | ' '
        """)
    void givenAMistakeThatASchemaCanTell_whenValidated_thenBothRejectIt(String part, String replacement) {
        assertThat(FULL).contains(part);

        String text = FULL.replaceFirst(Pattern.quote(part), Matcher.quoteReplacement(replacement));

        assertThat(TestingSchema.errors(text)).as(text).isNotEmpty();
        assertThat(PlanFile.check(text, "bad.yaml").errors()).as(text).isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        2026-01-01T00:00:00.5Z | 2026-12-31T23:59:59Z
        notice_period: 30d     | notice_period: 0d
        window: minute         | window: week
        window: minute         | window: 15 minutes
        window: minute         | window: 10s
        window: minute         | window: 2w
        time_zone: Europe/Berlin | time_zone: America/Argentina/Buenos_Aires
        time_zone: Europe/Berlin | time_zone: Etc/GMT+5
        extends: common        | extends: [common]
        amount: 1000           | amount: 0
        amount: 1000           | amount: unlimited
        amount: 1000           | amount: "unlimited"
        amount: 1000           | amount: 1000000000000000
        default: 1             | default: {base: 1}
        thresholds: [90%, remaining below 20%, 99.5%] | thresholds: []
        90%                    | 100%
        90%                    | 100.00%
        90%                    | 1%
        algorithm: fixed_window | mode: enforce
        GET /stats: 1          | GET /stats/*: 0
        title: Every key       | title: "'Caf\u00e9' \uD83D\uDE00: yes"
        id: full               | id: "7.a_B-c"
        """)
    void givenAnUnusualValue_whenValidated_thenBothAcceptIt(String part, String replacement) {
        String text = FULL.replaceFirst(Pattern.quote(part), Matcher.quoteReplacement(replacement));
        if (replacement.equals("mode: enforce")) {
            text = text.replaceFirst(
                    "            mode: enforce\n(?s)(.*)            mode: enforce\n", "            mode: enforce\n$1");
        }

        assertThat(TestingSchema.errors(text)).as(text).isEmpty();
        assertThat(PlanFile.check(text, "good.yaml").errors()).as(text).isEmpty();
    }
}
