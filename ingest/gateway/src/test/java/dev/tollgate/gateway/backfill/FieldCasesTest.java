package dev.tollgate.gateway.backfill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.gateway.GatewayException;
import dev.tollgate.gateway.backfill.BackfillReport.End;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.event.MaxEventAge;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of people who meter calls, as small as they can be, from the file to the event. */
class FieldCasesTest {
    @TempDir
    private Path folder;

    private final CollectingSender sender = new CollectingSender();
    private final List<String> bad = new ArrayList<>();
    private final BackfillListener listener = new BackfillListener() {
        @Override
        public void onBadRecord(Path file, long line, String detail) {
            bad.add(line + " " + detail);
        }
    };

    @Test
    void givenPortScannersInALog_whenRecordsWithoutAnAccountAreSkipped_thenTheyAreCountedAndTheRestIsPublished()
            throws IOException {
        Path log = write("bots.log", """
            203.0.113.10 - acme [26/Nov/2026:21:59:40 +0200] "GET /v2/mem-it HTTP/1.1" 200 11 "-" "curl/8"
            203.0.113.179 - - [26/Nov/2026:21:59:42 +0200] "\\x03\\x00\\x00/*\\xE0\\x00\\x00Cookie: m" 400 150 "-" "-"
            203.0.113.73 - - [26/Nov/2026:22:07:27 +0200] "]&\\xDF\\xBDV\\xE7\\xBB<\\x10;\\xA2b}\\xDFM" 400 150 "-" "-"
            203.0.113.47 - - [26/Nov/2026:22:34:49 +0200] "" 400 0 "-" "-"
            203.0.113.8 - - [26/Nov/2026:22:36:53 +0200] "\\xF1\\x85S\\xCD" 400 150 "-" "-"
            203.0.113.8 - - [26/Nov/2026:22:37:53 +0200] "-" 408 0 "-" "-"
            203.0.113.10 - acme [26/Nov/2026:22:40:00 +0200] "GET /v2/mem-it HTTP/1.1" 200 11 "-" "curl/8"
            203.0.113.10 - acme [26/Nov/2026:22:41:00 +0200] "\\x16\\x03" 400 11 "-" "curl/8"
            """);

        BackfillReport report = run(Mapping.of("combined").skippingWithoutAccount(), log);

        assertThat(report).isEqualTo(new BackfillReport(End.COMPLETE, 2, 1, 0, 5, 0, 0));
        assertThat(sender.accounts()).containsExactly("acme", "acme");
        assertThat(bad).singleElement().asString().startsWith("8 the request must be METHOD TARGET PROTOCOL");
    }

    @Test
    void givenTheSameWithoutTheOption_whenIngested_thenEachSaysThatTheAccountIsMissing() throws IOException {
        Path log = write("anonymous.log", line("-", "GET /v2/a") + line("acme", "GET /v2/a"));

        BackfillReport report = run(Mapping.of("combined"), log);

        assertThat(report).isEqualTo(new BackfillReport(End.COMPLETE, 1, 1, 0, 0));
        assertThat(bad).containsExactly("1 account_id is missing");
    }

    @Test
    void givenJsonLinesWithoutAccounts_whenSkipped_thenOnlyThoseAre() throws IOException {
        Path lines = write("some.jsonl", """
            {"event_id":"1","account_id":"acme","endpoint":"/v2/a","occurred_at":"2026-11-26T10:00:00Z"}
            {"event_id":"2","endpoint":"/v2/a","occurred_at":"2026-11-26T10:00:00Z"}
            {"event_id":"3","account_id":7,"endpoint":"/v2/a","occurred_at":"2026-11-26T10:00:00Z"}
            {"specversion":"1.0","id":"4","type":"dev.tollgate.request","source":"/s",\
            "time":"2026-11-26T10:00:00Z","data":{"endpoint":"/v2/a"}}
            """);

        BackfillReport report = run(Mapping.of("json-lines").skippingWithoutAccount(), lines);

        assertThat(report).isEqualTo(new BackfillReport(End.COMPLETE, 1, 1, 0, 2, 0, 0));
        assertThat(bad).containsExactly("3 account_id must be a text, was a number");
    }

    @Test
    void givenUserNamesOfBasicAuthentication_whenIngested_thenEachAccountHasOneNameAndTheAbsentHaveNone()
            throws IOException {
        Path log = write(
                "users.log",
                line("user1", "GET /v2/a")
                        + line("jane.doe@example.com", "GET /v2/a")
                        + line("jane doe", "GET /v2/a")
                        + line("", "GET /v2/a")
                        + line("team\\x22x", "GET /v2/a")
                        + line("\"\"", "GET /v2/a")
                        + line("esc\\x1b[31m", "GET /v2/a")
                        + line("\\xE2\\x80\\x8B", "GET /v2/a"));

        BackfillReport report = run(Mapping.of("combined"), log);

        assertThat(sender.accounts()).containsExactly("user1", "jane.doe@example.com", "jane doe", "team\"x");
        assertThat(report.rejected()).isEqualTo(4);
        assertThat(bad)
                .containsExactly(
                        "4 account_id is missing",
                        "6 account_id is missing",
                        "7 account_id must have no control characters, has U+001B as character 4",
                        "8 account_id must be 1 to 128 characters, was made of invisible characters only");
    }

    @Test
    void givenTargetsInEveryForm_whenIngested_thenNobodyChoosesHisPrice() throws IOException {
        Path log = write(
                "targets.log",
                line("acme", "POST /v2/mem-it")
                        + line("acme", "POST https://api.example.org/v2/mem-it")
                        + line("acme", "POST https://api.example.org:443/v2/mem-it?x=1")
                        + line("acme", "POST /v2/./mem%2Dit;x")
                        + line("acme", "CONNECT api.example.org:443")
                        + line("acme", "OPTIONS *"));
        Path lines = write("targets.jsonl", """
            {"account_id":"acme","endpoint":"POST https://h.example/v2/mem-it#f","occurred_at":"2026-11-26T10:00:00Z"}
            """);

        run(Mapping.of("combined"), log);
        run(Mapping.of("json-lines"), lines);

        assertThat(sender.endpoints())
                .containsExactly(
                        "POST /v2/mem-it",
                        "POST /v2/mem-it",
                        "POST /v2/mem-it",
                        "POST /v2/mem-it",
                        "CONNECT api.example.org:443",
                        "OPTIONS *",
                        "POST /v2/mem-it");
    }

    @Test
    void givenSeveralUpstreamTimes_whenIngested_thenTheAccountBehindThemIsBilledAndTheirSumReported()
            throws IOException {
        StringBuilder log = new StringBuilder();
        for (String times : List.of("0.042", "-", "0.010, 0.020", "0.010 : 0.020", "\"0.010, 0.020\"", "nonsense")) {
            log.append("203.0.113.1 - - [26/Nov/2026:10:00:00 +0000] \"GET /v2/a HTTP/1.1\" 200 1 \"-\" \"ua\" ")
                    .append(times)
                    .append(" \"acme\"\n");
        }
        Mapping mapping = Mapping.parse("""
            format: access-log
            fields: {account_id: "{extra_2}", endpoint: "{method} {path}", duration_ms: "{extra_1}"}
            duration-unit: s
            """);

        BackfillReport report = run(mapping, write("upstream.log", log.toString()));

        assertThat(report).isEqualTo(new BackfillReport(End.COMPLETE, 6, 0, 0, 0, 1, 0));
        assertThat(sender.accounts()).containsOnly("acme");
        assertThat(sender.events)
                .extracting(RequestEvent::getDurationMs)
                .containsExactly(42L, null, 30L, 30L, 30L, null);
    }

    @Test
    void givenTimesWithOffsets_whenIngested_thenTheOffsetsCount() throws IOException {
        Path csv = write("offsets.csv", """
            account,call,at
            acme,/v2/a,2026-11-26 12:00:00 +0200
            acme,/v2/a,2026-11-26 12:00:00 -0500
            acme,/v2/a,2026-11-26 12:00:00 +0000
            acme,/v2/a,2026-02-30 12:00:00 +0000
            """);
        Mapping mapping = Mapping.parse("""
            format: csv
            fields: {account_id: "{account}", endpoint: "{call}", occurred_at: "{at}"}
            time-format: "yyyy-MM-dd HH:mm:ss Z"
            """);

        run(mapping, csv);

        assertThat(times())
                .containsExactly(
                        Instant.parse("2026-11-26T10:00:00Z"),
                        Instant.parse("2026-11-26T17:00:00Z"),
                        Instant.parse("2026-11-26T12:00:00Z"));
        assertThat(bad).singleElement().asString().startsWith("5 occurred_at must be a time as time-format says");
    }

    @Test
    void givenAccessLogsOfOtherServers_whenNamed_thenEachIsRead() throws IOException {
        run(Mapping.of("vhost-combined").skippingWithoutAccount(), write("vhost.log", """
            api.example.org:443 203.0.113.1 - acme [26/Nov/2026:10:00:00 +0000] "GET /v2/a HTTP/1.1" 200 1 "-" "-"
            api.example.org:443 203.0.113.1 - - [26/Nov/2026:10:00:01 +0000] "GET /v2/a HTTP/1.1" 200 1 "-" "-"
            """));
        run(Mapping.of("caddy"), write("caddy.jsonl", """
            {"level":"info","ts":1795687200.5349035,"logger":"http.log.access.log0","msg":"handled request",\
            "request":{"remote_ip":"203.0.113.1","client_ip":"203.0.113.1","proto":"HTTP/2.0","method":"GET",\
            "host":"api.example.org","uri":"/v2/a?x=1","headers":{"User-Agent":["curl/8"]}},"bytes_read":0,\
            "user_id":"acme","duration":0.012177845,"size":0,"status":429,"resp_headers":{"Server":["Caddy"]}}
            """));
        run(Mapping.of("traefik"), write("traefik.jsonl", """
            {"ClientUsername":"acme","DownstreamStatus":200,"Duration":12000000,"RequestMethod":"GET",\
            "RequestPath":"/v2/a?x=1",\
            "StartUTC":"2026-11-26T09:59:59.99Z","time":"2026-11-26T11:00:00+01:00","level":"info","msg":""}
            """));
        run(Mapping.parse("format: alb\nfields: {account_id: \"{domain_name}\"}"), write("alb.log", """
            h2 2026-11-26T11:22:20.356787Z app/staging/0123456789abcdef 203.0.113.1:62611 172.16.1.1:443 0.006 0.008 \
            0.000 200 200 498 1485 "GET https://service.example.org:443/v2/a HTTP/2.0" "curl/8" \
            ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:x "Root=1-5" "service.example.org" "-" 0 \
            2026-11-26T11:22:20.342000Z "forward" "-" "-" "172.16.1.1:443" "200" "-" "-"
            """));
        run(Mapping.of("iis").skippingWithoutAccount(), write("iis.log", """
            #Software: Microsoft Internet Information Services 10.0\r
            #Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip sc-status time-taken\r
            2026-11-26 14:29:06 127.0.0.1 GET /us - 80 - 127.0.0.1 404 130\r
            2026-11-26 14:29:07 127.0.0.1 GET /us - 80 acme 127.0.0.1 200 12\r
            """));

        assertThat(bad).isEmpty();
        assertThat(sender.accounts()).containsExactly("acme", "acme", "acme", "service.example.org", "acme");
        assertThat(sender.endpoints()).containsExactly("GET /v2/a", "GET /v2/a", "GET /v2/a", "GET /v2/a", "GET /us");
        assertThat(sender.events)
                .extracting(RequestEvent::getOutcome)
                .containsExactly(Outcome.SUCCESS, Outcome.LIMITED, Outcome.SUCCESS, Outcome.SUCCESS, Outcome.SUCCESS);
        assertThat(sender.events).extracting(RequestEvent::getDurationMs).containsExactly(null, 12L, 12L, 8L, 12L);
        assertThat(times())
                .containsExactly(
                        Instant.parse("2026-11-26T10:00:00Z"),
                        Instant.parse("2026-11-26T10:00:00.534Z"),
                        Instant.parse("2026-11-26T10:00:00Z"),
                        Instant.parse("2026-11-26T11:22:20.356Z"),
                        Instant.parse("2026-11-26T14:29:07Z"));
    }

    @Test
    void givenJsonLinesWithAMapping_whenIngested_thenItsFieldsAreFound() throws IOException {
        Mapping mapping = Mapping.parse("""
            format: json-lines
            fields:
              account_id: "{request.headers.X-Account}"
              endpoint: "{request.method} {request.uri}"
              occurred_at: "{ts}"
              units: "{chunks}"
            time-unit: s
            """);
        Path lines = write("mapped.jsonl", """
            {"ts":1795687200,"request":{"method":"GET","uri":"/v2/a?x","headers":{"X-Account":["acme"]}},"chunks":3}
            {"ts":1795687200,"request":{"method":"GET","uri":"/v2/a","headers":{"X-Account":["a","b"]}}}
            {"ts":1795687200,"request":{"method":"GET","uri":"/v2/a","headers":{"X-Account":["acme"]}},"chunks":1.5}
            [1]
            {"ts":
            """);

        run(mapping, lines);

        assertThat(sender.accounts()).containsExactly("acme");
        assertThat(sender.events.getFirst().getUnits()).isEqualTo(3);
        assertThat(times()).containsExactly(Instant.parse("2026-11-26T10:00:00Z"));
        assertThat(bad).hasSize(4);
        assertThat(bad.get(0)).isEqualTo("2 'request.headers.X-Account' must be one value, was an array");
        assertThat(bad.get(1)).startsWith("3 units must be a whole number");
        assertThat(bad.get(2)).isEqualTo("4 a record must be a JSON object, was an array");
        assertThat(bad.get(3)).startsWith("5 the line is not strict JSON");
    }

    @Test
    void givenTimesThatAreNone_whenIngested_thenTheGrammarOfRfc3339Decides() throws IOException {
        StringBuilder lines = new StringBuilder();
        for (String time : List.of(
                "2026-11-26t10:00:00z",
                "2026-11-26T10:00:00.123456789Z",
                "2026-11-26T10:00Z",
                "2026-11-26T10:00:00+05",
                "2026-11-26T10:00:00+05:30:15",
                "2016-12-31T23:59:60Z",
                "2026-11-26T10:00:00.1234567890123Z",
                "2026-11-26T10:00:00",
                "2026-11-26T10:00:00-00:00",
                "2026-02-30T10:00:00Z")) {
            lines.append("{\"account_id\":\"h\",\"endpoint\":\"/v2/a\",\"occurred_at\":\"")
                    .append(time)
                    .append("\"}\n");
        }

        run(Mapping.of("json-lines"), write("times.jsonl", lines.toString()));

        assertThat(times())
                .containsExactly(
                        Instant.parse("2026-11-26T10:00:00Z"),
                        Instant.parse("2026-11-26T10:00:00.123Z"),
                        Instant.parse("2016-12-31T23:59:59.999Z"),
                        Instant.parse("2026-11-26T10:00:00.123Z"),
                        Instant.parse("2026-11-26T10:00:00Z"));
        assertThat(bad).extracting(message -> message.substring(0, 1)).containsExactly("3", "4", "5", "8", "1");
        assertThat(bad).allMatch(message -> message.contains("must be an RFC 3339 time with an offset"));
    }

    @Test
    void givenRotatedLogs_whenAKnownContentComesUnderAnotherName_thenNothingIsSentAgain() throws IOException {
        String day1 = line("rot", "GET /v2/r1") + line("rot", "GET /v2/r2");
        String day3 = line("rot", "GET /v2/r3");
        Path state = folder.resolve("state.json");
        BackfillOptions options = options(List.of(write("app.log", day1))).withStateFile(state);
        BackfillReport first = Backfill.run(options, sender, listener);
        write("app.log", day3);
        BackfillReport second = Backfill.run(options, sender, listener);
        write("app.log.1", day1);

        BackfillReport third = Backfill.run(
                options(List.of(folder.resolve("app.log.1"), folder.resolve("app.log")))
                        .withStateFile(state),
                sender,
                listener);

        assertThat(first.published()).isEqualTo(2);
        assertThat(second.published()).isEqualTo(1);
        assertThat(third).isEqualTo(new BackfillReport(End.COMPLETE, 0, 0, 0, day1.length() + day3.length()));
    }

    @Test
    void givenAFileThatGrows_whenIngestedAgainAndAgain_thenTheStateKeepsOneEntryForIt() throws IOException {
        Path state = folder.resolve("state.json");
        Path log = folder.resolve("growing.log");
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            Files.writeString(log, text.append(line("grow", "GET /" + i)).toString());
            Backfill.run(options(List.of(log)).withStateFile(state), sender, listener);
        }

        assertThat(sender.events).hasSize(5);
        assertThat(Files.readString(state).split("sha256", -1)).hasSize(2);
    }

    @Test
    void givenTwoFilesOfWhichOneIsTheBeginningOfTheOther_whenTheShorterComesAgain_thenItIsStillKnown()
            throws IOException {
        Path state = folder.resolve("state.json");
        String day = line("pre", "GET /1");
        Path shorter = write("a.log", day);
        Path longer = write("b.log", day + line("pre", "GET /2"));
        Backfill.run(options(List.of(shorter)).withStateFile(state), sender, listener);
        Backfill.run(options(List.of(longer)).withStateFile(state), sender, listener);

        BackfillReport again = Backfill.run(options(List.of(shorter, longer)).withStateFile(state), sender, listener);

        assertThat(again.published()).isZero();
        assertThat(sender.endpoints()).containsExactly("GET /1", "GET /2");
    }

    @Test
    void givenADamagedGzipFile_whenIngested_thenTheErrorNamesWhatWasReadBeforeIt() throws IOException {
        byte[] member = gzip(line("gz", "GET /1") + line("gz", "GET /2"));
        byte[] flipped = member.clone();
        flipped[flipped.length - 6] ^= 1;
        byte[] inside = member.clone();
        inside[30] ^= 0x55;
        byte[] second = concat(member, member);
        second[member.length] = 'x';

        assertDamaged("cut.log.gz", Arrays.copyOf(member, member.length - 9), "the file ends within member 1");
        assertDamaged("trailer.log.gz", Arrays.copyOf(member, member.length - 3), "the file ends within member 1");
        assertDamaged("checksum.log.gz", flipped, "member 1 is damaged: its checksum is another one");
        assertDamaged("inside.log.gz", inside, "member 1 is damaged");
        assertDamaged("second.log.gz", second, "behind member 1 there is no other one");
        assertDamaged("empty.log.gz", new byte[0], "it is no gzip file");
        assertDamaged("plain.log.gz", line("gz", "GET /1").getBytes(StandardCharsets.UTF_8), "it is no gzip file");
    }

    private void assertDamaged(String name, byte[] content, String reason) throws IOException {
        Path file = Files.write(folder.resolve(name), content);

        assertThatThrownBy(() -> run(Mapping.of("combined"), file))
                .as(name)
                .isInstanceOf(GatewayException.class)
                .hasMessageContaining(name + " is damaged or not complete: ")
                .hasMessageContaining(reason)
                .hasMessageMatching("(?s).* line\\(s\\) were read before, 0 event\\(s\\) were published before,.*");
    }

    @Test
    void givenSeveralMembersAndPadding_whenIngested_thenAllOfThemAreRead() throws IOException {
        byte[] file = concat(concat(gzip(line("gz", "GET /1")), gzip("")), gzip(line("gz", "GET /2")));

        run(
                Mapping.of("combined"),
                Files.write(folder.resolve("members.log.gz"), Arrays.copyOf(file, file.length + 512)));

        assertThat(sender.endpoints()).containsExactly("GET /1", "GET /2");
    }

    @Test
    void givenAnEndpointThatAMappingRewritesToNothing_whenIngested_thenItIsRejectedHereAndNotLater()
            throws IOException {
        Mapping mapping = Mapping.parse("""
            format: combined
            endpoints: [{match: "GET /gone", replace: " "}]
            """);

        run(mapping, write("rewritten.log", line("acme", "GET /gone")));

        assertThat(bad)
                .containsExactly("1 endpoint must be 1 to 512 characters, was blank, as the mapping has rewritten it");
    }

    private BackfillReport run(Mapping mapping, Path file) {
        return Backfill.run(options(List.of(file), mapping), sender, listener);
    }

    private static BackfillOptions options(List<Path> files) {
        return options(files, Mapping.of("combined"));
    }

    /** The dates in these files stay as they are while the clock goes on. */
    private static BackfillOptions options(List<Path> files, Mapping mapping) {
        return BackfillOptions.of(files, mapping)
                .withMaxErrors(1_000)
                .withMaxAge(new MaxEventAge(Duration.ofDays(36_500)));
    }

    private List<Instant> times() {
        return sender.events.stream().map(RequestEvent::getOccurredAt).toList();
    }

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    private static String line(String user, String request) {
        return "203.0.113.1 - " + user + " [26/Nov/2025:10:00:00 +0000] \"" + request
                + " HTTP/1.1\" 200 1 \"-\" \"-\"\n";
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return packed.toByteArray();
    }

    private static byte[] concat(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
