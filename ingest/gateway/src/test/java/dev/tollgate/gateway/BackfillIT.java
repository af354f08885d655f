package dev.tollgate.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tollgate.gateway.backfill.Backfill;
import dev.tollgate.gateway.backfill.BackfillListener;
import dev.tollgate.gateway.backfill.BackfillOptions;
import dev.tollgate.gateway.backfill.BackfillReport;
import dev.tollgate.gateway.backfill.BackfillReport.End;
import dev.tollgate.gateway.backfill.BatchSender;
import dev.tollgate.gateway.backfill.Mapping;
import dev.tollgate.gateway.kafka.EventSender;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.config.InvalidSettingsException;
import dev.tollgate.schemas.event.MaxEventAge;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files into a real broker. */
class BackfillIT {
    private static GatewayFixture fixture;
    private static EventSender sender;

    @TempDir
    Path files;

    @BeforeAll
    static void start(@TempDir Path folder) throws Exception {
        fixture = new GatewayFixture(folder);
        GatewayConfig config = GatewayConfig.from(fixture.settings());
        sender = new EventSender(config.clients(), config.topic(), Duration.ofSeconds(10));
    }

    @AfterAll
    static void stop() {
        sender.close();
        fixture.close();
    }

    @Test
    void givenAccessLog_whenIngestedTwiceWithoutState_thenTheSecondRunHasTheSameIds() throws Exception {
        Path log = write(
                "access.log",
                line("acme", "GET /v2/memories/17?q=1", 200) + line("acme", "GET /v2/memories/17?q=1", 200)
                        + line("acme", "GET /health", 200) + line("acme", "POST /v2/mem-it", 503) + "rubbish\n");
        Mapping mapping = Mapping.parse("""
            format: access-log
            fields:
              account_id: "log-{remote_user}"
              duration_ms: "{extra_1}"
            duration-unit: s
            skip: ["GET /health"]
            endpoints:
              - match: "GET /v2/memories/[^/]+"
                replace: "GET /v2/memories/{id}"
            """);
        List<String> bad = new ArrayList<>();
        BackfillListener listener = new BackfillListener() {
            @Override
            public void onBadRecord(Path file, long line, String detail) {
                bad.add(file.getFileName() + ":" + line + " " + detail);
            }
        };
        BackfillOptions options = options(List.of(log), mapping).withMaxErrors(1);

        BackfillReport first = Backfill.run(options, sender::send, listener);
        BackfillReport second = Backfill.run(options, sender::send, BackfillListener.SILENT);

        assertThat(first)
                .isEqualTo(new BackfillReport(End.COMPLETE, 3, 1, 1, 0))
                .isEqualTo(second);
        assertThat(bad)
                .singleElement()
                .asString()
                .startsWith("access.log:5 behind the user there must be the time in brackets");
        List<RequestEvent> events = fixture.events("log-acme");
        assertThat(events).hasSize(6);
        assertThat(events.stream().map(RequestEvent::getEventId).distinct()).hasSize(3);
        assertThat(events.getFirst().getEndpoint()).isEqualTo("GET /v2/memories/{id}");
        assertThat(events.getFirst().getOccurredAt()).isEqualTo(Instant.parse("2026-01-31T12:00:00Z"));
        assertThat(events.getFirst().getDurationMs()).isEqualTo(42);
        assertThat(events.get(2).getOutcome()).isEqualTo(Outcome.SERVER_ERROR);
    }

    @Test
    void givenStateFile_whenLogGrowsIsRenamedAndCompressed_thenOnlyTheNewLinesAreSent() throws Exception {
        Mapping mapping = Mapping.parse("format: access-log\nfields: {account_id: 'grow-{remote_user}'}");
        String first = line("a", "GET /1", 200) + line("a", "GET /2", 200);
        String later = line("a", "GET /3", 200);
        Path log = write("grow.log", first);
        Path state = files.resolve("state.json");

        BackfillReport one = Backfill.run(
                options(List.of(log), mapping).withStateFile(state), sender::send, BackfillListener.SILENT);
        Files.writeString(log, later, StandardOpenOption.APPEND);
        Path rotated = files.resolve("grow.log.1.gz");
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(rotated))) {
            out.write(Files.readAllBytes(log));
        }
        BackfillReport two = Backfill.run(
                options(List.of(rotated), mapping).withStateFile(state), sender::send, BackfillListener.SILENT);
        BackfillReport three = Backfill.run(
                options(List.of(log, rotated), mapping).withStateFile(state), sender::send, BackfillListener.SILENT);

        assertThat(one.published()).isEqualTo(2);
        assertThat(two).isEqualTo(new BackfillReport(End.COMPLETE, 1, 0, 0, first.length()));
        assertThat(three).isEqualTo(new BackfillReport(End.COMPLETE, 0, 0, 0, 2L * (first.length() + later.length())));
        assertThat(fixture.events("grow-a"))
                .extracting(RequestEvent::getEndpoint)
                .containsExactly("GET /1", "GET /2", "GET /3");
    }

    @Test
    void givenStateOfAFile_whenTheFileWasRewritten_thenItIsReadFromItsBeginning() throws Exception {
        Mapping mapping = Mapping.parse("format: access-log\nfields: {account_id: 'rewrite-{remote_user}'}");
        Path log = write("rewrite.log", line("a", "GET /old", 200));
        BackfillOptions options = options(List.of(log), mapping).withStateFile(files.resolve("state.json"));
        Backfill.run(options, sender::send, BackfillListener.SILENT);

        write("rewrite.log", line("a", "GET /new", 200) + line("a", "GET /newer", 200));
        BackfillReport report = Backfill.run(options, sender::send, BackfillListener.SILENT);

        assertThat(report.published()).isEqualTo(2);
        assertThat(report.skippedBytes()).isZero();
    }

    @Test
    void givenJsonLines_whenIngested_thenPlainAndCloudEventsAreReadAndBadOnesNamed() throws Exception {
        Path lines = write("events.jsonl", """
            {"event_id":"own","account_id":"jsonl","endpoint":"a","occurred_at":"2026-01-31T12:00:00Z"}

            {"specversion":"1.0","id":"ce","source":"s","type":"dev.tollgate.request","subject":"jsonl",\
            "time":"2026-01-31T12:00:01Z","data":{"endpoint":"b"}}
            {"account_id":"jsonl","endpoint":"c","occurred_at":1769860802000}
            {"account_id":"jsonl","endpoint":"d"}
            """);

        List<String> bad = new ArrayList<>();
        BackfillListener listener = new BackfillListener() {
            @Override
            public void onBadRecord(Path file, long line, String detail) {
                bad.add(line + " " + detail);
            }
        };
        BackfillReport report = Backfill.run(options(List.of(lines), Mapping.of("json-lines")), sender::send, listener);
        BackfillReport allowed = Backfill.run(
                options(List.of(lines), Mapping.of("json-lines")).withMaxErrors(1),
                sender::send,
                BackfillListener.SILENT);

        assertThat(report).isEqualTo(new BackfillReport(End.TOO_MANY_ERRORS, 0, 1, 1, 0));
        assertThat(allowed).isEqualTo(new BackfillReport(End.COMPLETE, 3, 1, 1, 0));
        assertThat(bad).containsExactly("5 occurred_at is missing: an event out of a file must say when it happened");
        List<RequestEvent> events = fixture.events("jsonl");
        assertThat(events).extracting(RequestEvent::getEndpoint).containsExactly("a", "b", "c");
        assertThat(events).extracting(RequestEvent::getEventId).startsWith("own", "ce");
    }

    @Test
    void givenCsvOfSeveralBatchesWithQuotedLineEnds_whenIngested_thenEveryRecordIsThereOnce() throws Exception {
        StringBuilder csv = new StringBuilder("\ufeffaccount_id,endpoint,occurred_at,units,producer\r\n");
        for (int i = 0; i < 5_000; i++) {
            csv.append("csv,\"/e,")
                    .append(i)
                    .append("\",1769860800000,")
                    .append(i)
                    .append(",\"two\nlines\"\r\n");
        }
        Path file = write("events.csv", csv.toString());
        Path state = files.resolve("state.json");
        BackfillOptions options = options(List.of(file), Mapping.of("csv")).withStateFile(state);

        BackfillReport report = Backfill.run(options, sender::send, BackfillListener.SILENT);
        BackfillReport again = Backfill.run(options, sender::send, BackfillListener.SILENT);

        assertThat(report.published()).isEqualTo(5_000);
        assertThat(again.published()).isZero();
        List<RequestEvent> events = fixture.events("csv");
        assertThat(events).hasSize(5_000);
        assertThat(events.stream().map(RequestEvent::getEventId).distinct()).hasSize(5_000);
        assertThat(events.get(4_999).getEndpoint()).isEqualTo("/e,4999");
        assertThat(events.get(4_999).getUnits()).isEqualTo(4_999);
        assertThat(events.get(4_999).getProducer()).isEqualTo("two\nlines");
    }

    @Test
    void givenTwoMachinesWithTheSameLines_whenIngestedAsTwoSources_thenOneIsNotTakenForTheOther() throws Exception {
        Mapping mapping = Mapping.parse("format: access-log\nfields: {account_id: 'twin-{remote_user}'}");
        Path log = write("twin.log", line("a", "GET /1", 200));
        BackfillOptions options = options(List.of(log), mapping).withStateFile(files.resolve("state.json"));

        BackfillReport first = Backfill.run(options.withSource("one"), sender::send, BackfillListener.SILENT);
        BackfillReport other = Backfill.run(options.withSource("two"), sender::send, BackfillListener.SILENT);
        BackfillReport again = Backfill.run(options.withSource("one"), sender::send, BackfillListener.SILENT);

        assertThat(List.of(first.published(), other.published(), again.published()))
                .containsExactly(1L, 1L, 0L);
        assertThat(fixture.events("twin-a").stream()
                        .map(RequestEvent::getEventId)
                        .distinct())
                .hasSize(2);
    }

    @Test
    void givenARunThatEndsInItsMidst_whenItIsRunAgain_thenItGoesOnBehindWhatWasNoted() throws Exception {
        Mapping mapping = Mapping.parse("format: access-log\nfields: {account_id: 'broken-{remote_user}'}");
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 7_000; i++) {
            lines.append(line("a", "GET /" + i, 200));
        }
        Path log = write("broken.log", lines.toString());
        BackfillOptions options = options(List.of(log), mapping).withStateFile(files.resolve("state.json"));
        BackfillListener dying = new BackfillListener() {
            @Override
            public void onProgress(Path file, long bytesRead, long bytesTotal, long published) {
                if (published >= 4_000) {
                    throw new IllegalStateException("killed");
                }
            }
        };

        assertThatThrownBy(() -> Backfill.run(options, sender::send, dying)).hasMessage("killed");
        BackfillReport looked = Backfill.run(
                options.withReadOnlyStateFile(files.resolve("state.json")),
                BatchSender.NOWHERE,
                BackfillListener.SILENT);
        BackfillReport rest = Backfill.run(options, sender::send, BackfillListener.SILENT);

        assertThat(looked).isEqualTo(rest);
        assertThat(rest.published()).isEqualTo(3_000);
        assertThat(fixture.events("broken-a"))
                .hasSize(7_000)
                .extracting(RequestEvent::getEventId)
                .doesNotHaveDuplicates();
    }

    @Test
    void givenAStateFileInUse_whenAnotherRunWantsIt_thenItIsRejected() throws Exception {
        Mapping mapping = Mapping.parse("format: access-log\nfields: {account_id: 'held-{remote_user}'}");
        Path log = write("held.log", line("a", "GET /1", 200));
        BackfillOptions options = options(List.of(log), mapping)
                .withStateFile(files.resolve("folder").resolve("state.json"));
        List<Throwable> rejected = new ArrayList<>();
        BackfillListener second = new BackfillListener() {
            @Override
            public void onProgress(Path file, long bytesRead, long bytesTotal, long published) {
                rejected.add(catchThrowable(() -> Backfill.run(options, sender::send, SILENT)));
            }
        };

        Backfill.run(options, sender::send, second);

        assertThat(rejected)
                .singleElement()
                .satisfies(e -> assertThat(e)
                        .isInstanceOf(GatewayException.class)
                        .hasMessageContaining("state.json is used by another run"));
        assertThat(fixture.events("held-a")).hasSize(1);
    }

    @Test
    void givenKafkaAway_whenIngested_thenItStopsAndALaterRunGoesOn(@TempDir Path folder) throws Exception {
        Path log = write("outage.log", line("o", "GET /1", 200));
        Mapping mapping = Mapping.of("combined");
        BackfillOptions options = options(List.of(log), mapping)
                .withStateFile(files.resolve("state.json"))
                .withPatience(Duration.ofMillis(300));
        try (GatewayFixture own = new GatewayFixture(folder)) {
            GatewayConfig config = GatewayConfig.from(own.settings());
            try (EventSender ownSender = new EventSender(config.clients(), config.topic(), Duration.ofSeconds(1))) {
                own.stopKafka();
                BackfillReport stopped = Backfill.run(options, ownSender::send, BackfillListener.SILENT);
                own.startKafka();
                BackfillReport resumed = Backfill.run(
                        options.withPatience(Duration.ofSeconds(60)), ownSender::send, BackfillListener.SILENT);

                assertThat(stopped.end()).isEqualTo(End.KAFKA_UNAVAILABLE);
                assertThat(resumed).isEqualTo(new BackfillReport(End.COMPLETE, 1, 0, 0, 0));
                assertThat(own.events("o")).hasSize(1);
            }
        }
    }

    @Test
    void givenCsvWithAQuoteTooMany_whenIngested_thenItCostsItsOwnLineOnly() throws Exception {
        StringBuilder csv = new StringBuilder("account_id,endpoint,occurred_at\nquote,\"/bad,1769860800000\n");
        for (int i = 0; i < 3_000; i++) {
            csv.append("quote,/").append(i).append(",1769860800000\n");
        }
        Path file = write("quote.csv", csv.toString());
        List<String> bad = new ArrayList<>();
        BackfillListener listener = new BackfillListener() {
            @Override
            public void onBadRecord(Path read, long line, String detail) {
                bad.add(line + " " + detail);
            }
        };
        BackfillOptions options =
                options(List.of(file), Mapping.of("csv")).withMaxErrors(10).withStateFile(files.resolve("quote.json"));

        BackfillReport report = Backfill.run(options, sender::send, listener);
        BackfillReport again = Backfill.run(options, sender::send, listener);

        assertThat(bad).containsExactly("2 a quoted field begins here that does not end");
        assertThat(report).isEqualTo(new BackfillReport(End.COMPLETE, 3_000, 1, 0, 0));
        assertThat(again).isEqualTo(new BackfillReport(End.COMPLETE, 0, 0, 0, Files.size(file)));
        assertThat(fixture.events("quote").stream().map(RequestEvent::getEndpoint))
                .hasSize(3_000)
                .doesNotHaveDuplicates()
                .contains("/0", "/2999");
    }

    @Test
    void givenABadRecord_whenItIsCorrected_thenTheOthersKeepTheirIds() throws Exception {
        String good = line("corrected", "GET /a", 200);
        Path log = write("corrected.log", "broken\n" + good + good);
        BackfillOptions options = options(List.of(log), Mapping.of("combined"))
                .withMaxErrors(1)
                .withStateFile(files.resolve("corrected.json"));

        Backfill.run(options, sender::send, BackfillListener.SILENT);
        write("corrected.log", line("corrected", "GET /was-broken", 200) + good + good);
        BackfillReport second = Backfill.run(options, sender::send, BackfillListener.SILENT);

        assertThat(second.published()).isEqualTo(3);
        assertThat(fixture.events("corrected")).hasSize(5);
        assertThat(fixture.events("corrected").stream()
                        .map(RequestEvent::getEventId)
                        .distinct())
                .hasSize(3);
    }

    @Test
    void givenAGzipFileThatBreaksOff_whenIngested_thenTheMessageNamesItAndTheWholeOneAddsEachEventOnce()
            throws Exception {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (OutputStream gzip = new GZIPOutputStream(packed)) {
            for (int i = 0; i < 9_000; i++) {
                gzip.write(line("torn", "GET /" + (i * 7_919L % 104_729), 200).getBytes(StandardCharsets.UTF_8));
            }
        }
        byte[] whole = packed.toByteArray();
        Path file = files.resolve("torn.log.gz");
        Files.write(file, Arrays.copyOf(whole, whole.length - 100));
        BackfillOptions options =
                options(List.of(file), Mapping.of("combined")).withStateFile(files.resolve("torn.json"));

        assertThatThrownBy(() -> Backfill.run(options, sender::send, BackfillListener.SILENT))
                .isInstanceOf(GatewayException.class)
                .hasMessageContaining("torn.log.gz is damaged or not complete")
                .hasMessageContaining("event(s) were published before");
        Files.write(file, whole);
        BackfillReport second = Backfill.run(options, sender::send, BackfillListener.SILENT);

        assertThat(second.skippedBytes()).isPositive();
        assertThat(fixture.events("torn").stream().map(RequestEvent::getEventId))
                .hasSize(9_000)
                .doesNotHaveDuplicates();
    }

    @Test
    void givenCsvWithoutTheColumnsThatAreNeeded_whenIngested_thenNothingIsSent() throws Exception {
        Path file = write("columns.csv", "account,endpoint,occurred_at\ncolumns,/a,1769860800000\n");
        Mapping mapping = Mapping.parse("""
            format: csv
            fields: {account_id: "{account}", endpoint: "{endpoint}", occurred_at: "{occurred_at}", units: "{chunks}"}
            """);

        assertThatThrownBy(() ->
                        Backfill.run(options(List.of(file), Mapping.of("csv")), sender::send, BackfillListener.SILENT))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("the column 'account' is not a field")
                .hasMessageContaining("there is no column 'account_id'");
        assertThatThrownBy(() -> Backfill.run(options(List.of(file), mapping), sender::send, BackfillListener.SILENT))
                .isInstanceOf(InvalidSettingsException.class)
                .hasMessageContaining("fields.units of the mapping needs the column 'chunks'");
        assertThat(fixture.events("columns")).isEmpty();
    }

    @Test
    void givenFilesThatCannotBeUsed_whenIngested_thenTheMessageNamesThem() throws Exception {
        Path missing = files.resolve("missing.log");
        Path notState = write("state.json", "[]");
        Path log = write("x.log", "");

        assertThatThrownBy(() -> Backfill.run(
                        options(List.of(missing), Mapping.of("combined")), sender::send, BackfillListener.SILENT))
                .isInstanceOf(GatewayException.class)
                .hasMessageContaining("missing.log must be a readable file");
        assertThatThrownBy(() -> Backfill.run(
                        options(List.of(log), Mapping.of("combined")).withStateFile(notState),
                        sender::send,
                        BackfillListener.SILENT))
                .isInstanceOf(GatewayException.class)
                .hasMessageContaining("is not a state file");
    }

    /** The dates in these files stay as they are while the clock goes on. */
    private static BackfillOptions options(List<Path> files, Mapping mapping) {
        return BackfillOptions.of(files, mapping).withMaxAge(new MaxEventAge(Duration.ofDays(36_500)));
    }

    private Path write(String name, String text) throws Exception {
        return Files.write(files.resolve(name), text.getBytes(StandardCharsets.UTF_8));
    }

    private static String line(String user, String request, int status) {
        return "203.0.113.7 - " + user + " [31/Jan/2026:12:00:00 +0000] \"" + request + " HTTP/1.1\" " + status
                + " 512 \"-\" \"curl/8.1\" 0.042\n";
    }
}
