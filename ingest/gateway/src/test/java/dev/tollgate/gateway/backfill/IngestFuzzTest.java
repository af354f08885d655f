package dev.tollgate.gateway.backfill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.event.MaxEventAge;
import dev.tollgate.schemas.event.RequestEventRules;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * 20,000 broken and sound lines of each format: no crash and no hang; each line is published, rejected with a reason or
 * passed over; and what is published keeps the rules of the accounting. {@code -Dtollgate.seed=N} makes the same lines.
 */
class IngestFuzzTest {
    private static final int LINES = 20_000;
    private static final List<String> PIECES = List.of(
            "\"",
            "\\",
            "\\x",
            "\\\"",
            "[",
            "]",
            " [",
            "] ",
            " - ",
            "-",
            ",",
            ", ",
            " : ",
            "  ",
            " ",
            "\t",
            "{",
            "}",
            ":",
            "%",
            "%zz",
            "$",
            "\u0000",
            "\u001b[31m",
            "\u200b",
            "\u202e",
            "é",
            "\ud83d\ude00",
            "x".repeat(300),
            "9".repeat(40),
            "1e999",
            "-1",
            "../",
            "https://h",
            "?a=%C3%28",
            ";",
            "#",
            "null",
            "\"\":");

    /** A format, how it is asked for, and a sound line of it. */
    enum Fuzzed {
        COMBINED(
                "format: combined",
                "203.0.113.1 - acme [26/Nov/2026:10:00:00 +0000] \"GET /v2/a?k=1 HTTP/1.1\" 200 1 \"-\" \"curl/8\""
                        + " 0.1, 0.2 \"x\""),
        VHOST(
                "format: vhost-combined\nskip-without-account: true",
                "api.example.org:443 203.0.113.1 - acme [26/Nov/2026:10:00:00 +0000] \"GET /v2/a HTTP/1.1\" 200 1"
                        + " \"-\" \"-\""),
        EXTRAS(
                "format: combined\nfields: {account_id: '{extra_2}', duration_ms: '{extra_1}'}",
                "203.0.113.1 - - [26/Nov/2026:10:00:00 +0000] \"GET /v2/a HTTP/1.1\" 200 1 \"-\" \"ua\" 0.1 : 0.2"
                        + " \"acme\""),
        NGINX_LAYOUT(
                "format: '$http_x_forwarded_for - $remote_user [$time_local] \"$request\" $status"
                        + " $upstream_response_time \"$http_x_account\"'\n"
                        + "fields: {account_id: '{http_x_account}', duration_ms: '{upstream_response_time}'}",
                "192.0.2.1, 198.51.100.10 - - [26/Nov/2026:10:00:00 +0000] \"GET /v2/a HTTP/1.1\" 200 0.1, 0.2"
                        + " \"acme\""),
        APACHE_LAYOUT(
                "format: '%v %h %l %u %t \"%r\" %>s %b %D'",
                "h 203.0.113.1 - acme [26/Nov/2026:10:00:00 +0000] \"GET /v2/a HTTP/1.1\" 200 1 177"),
        ALB(
                "format: alb\nfields: {account_id: '{domain_name}'}",
                "h2 2026-11-26T11:22:20.356787Z app/s/0 203.0.113.1:62611 172.16.1.1:443 0.006 0.008 0.000 200 200 498"
                    + " 1485 \"GET https://s:443/v2/a HTTP/2.0\" \"curl/8\" X TLSv1.2 arn \"Root=1-5\" \"s\" \"-\" 0"
                    + " 2026-11-26T11:22:20.342000Z \"forward\""),
        IIS("format: iis", "2026-11-26 14:29:06 GET /us a=1 acme 404 130"),
        CADDY(
                "format: caddy",
                "{\"ts\":1795687200.53,\"request\":{\"method\":\"GET\",\"uri\":\"/v2/a?x=1\"},"
                        + "\"user_id\":\"acme\",\"duration\":0.01,"
                        + "\"status\":200}"),
        TRAEFIK(
                "format: traefik",
                "{\"ClientUsername\":\"acme\",\"DownstreamStatus\":200,\"Duration\":12,"
                        + "\"RequestMethod\":\"GET\",\"RequestPath\":\"/a\","
                        + "\"time\":\"2026-11-26T11:00:00+01:00\"}"),
        JSON_LINES(
                "format: json-lines",
                "{\"event_id\":\"1\",\"account_id\":\"acme\",\"endpoint\":\"/v2/a\","
                        + "\"occurred_at\":\"2026-11-26T10:00:00Z\",\"units\":3,"
                        + "\"attributes\":{\"a\":\"b\"}}"),
        CLOUD_EVENTS(
                "format: json-lines\nskip-without-account: true",
                "{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/s\",\"type\":\"dev.tollgate.request\","
                        + "\"subject\":\"acme\","
                        + "\"time\":\"2026-11-26T10:00:00Z\",\"data\":{\"endpoint\":\"/v2/a\"}}"),
        CSV(
                "format: csv\ntime-format: 'yyyy-MM-dd HH:mm:ss Z'\n"
                        + "fields: {account_id: '{a}', endpoint: '{e}', occurred_at: '{t}', units: '{u}'}",
                "acme,\"/v2/a\",2026-11-26 12:00:00 +0200,3");

        private final String mapping;
        private final String line;

        Fuzzed(String mapping, String line) {
            this.mapping = mapping;
            this.line = line;
        }

        private String header() {
            return switch (this) {
                case IIS -> "#Fields: date time cs-method cs-uri-stem cs-uri-query cs-username sc-status time-taken\n";
                case CSV -> "a,e,t,u\n";
                default -> "";
            };
        }
    }

    @TempDir
    private Path folder;

    @ParameterizedTest
    @EnumSource
    @Timeout(value = 60, unit = TimeUnit.SECONDS)
    void givenBrokenLines_whenIngested_thenEachHasAnAnswerAndWhatIsAcceptedKeepsTheRules(Fuzzed format)
            throws IOException {
        long seed = Long.getLong("tollgate.seed", 20L);
        SplittableRandom random = new SplittableRandom(seed + format.ordinal());
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        text.writeBytes(format.header().getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < LINES; i++) {
            // The first one is sound: by it, added fields are counted.
            byte[] sound = format.line.getBytes(StandardCharsets.UTF_8);
            text.writeBytes(i == 0 ? sound : mutated(random, sound));
            text.write('\n');
        }
        Path file = Files.write(folder.resolve("fuzz.log"), text.toByteArray());
        CollectingSender sender = new CollectingSender();
        long[] reasons = new long[1];
        BackfillListener listener = new BackfillListener() {
            @Override
            public void onBadRecord(Path read, long line, String detail) {
                assertThat(detail).as("seed %s, line %s", seed, line).isNotBlank();
                assertThat(detail.length()).isLessThan(10_000);
                reasons[0]++;
            }
        };

        BackfillReport report = Backfill.run(
                BackfillOptions.of(List.of(file), Mapping.parse(format.mapping))
                        .withMaxErrors(LINES)
                        .withMaxAge(new MaxEventAge(Duration.ofDays(36_500))),
                sender,
                listener);

        long answered = report.published() + report.rejected() + report.passedOver() + report.unattributed();
        String context = "seed " + seed + ": " + report;
        if (format == Fuzzed.CSV) {
            // A record may be of several lines.
            assertThat(answered).as(context).isBetween(LINES / 2L, (long) LINES);
        } else {
            assertThat(answered).as(context).isEqualTo(LINES + (format == Fuzzed.IIS ? 1 : 0));
        }
        assertThat(report.rejected()).as(context).isEqualTo(reasons[0]).isPositive();
        assertThat(report.published())
                .as(context)
                .isEqualTo(sender.events.size())
                .isGreaterThan(LINES / 20);
        for (RequestEvent event : sender.events) {
            assertThat(RequestEventRules.check(event))
                    .as("%s, %s", context, event)
                    .isEmpty();
        }
    }

    private static byte[] mutated(SplittableRandom random, byte[] line) {
        byte[] changed = line;
        for (int changes = random.nextInt(4); changes > 0; changes--) {
            int at = random.nextInt(changed.length + 1);
            int to = Math.min(changed.length, at + random.nextInt(6));
            byte[] put = switch (random.nextInt(4)) {
                case 0 -> new byte[0];
                case 1 -> new byte[] {(byte) random.nextInt(256)};
                case 2 -> PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8);
                default -> java.util.Arrays.copyOfRange(changed, at, to);
            };
            ByteArrayOutputStream next = new ByteArrayOutputStream();
            next.write(changed, 0, at);
            next.writeBytes(put);
            int rest = random.nextInt(20) == 0 ? changed.length : random.nextBoolean() ? to : at;
            next.write(changed, rest, changed.length - rest);
            changed = next.toByteArray();
        }
        for (int i = 0; i < changed.length; i++) {
            if (changed[i] == '\n') {
                changed[i] = ' ';
            }
        }
        return changed;
    }
}
