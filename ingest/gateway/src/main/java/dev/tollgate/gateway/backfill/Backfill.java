package dev.tollgate.gateway.backfill;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tollgate.gateway.GatewayException;
import dev.tollgate.gateway.event.BodyReader;
import dev.tollgate.gateway.event.EventProblem;
import dev.tollgate.gateway.event.EventRules;
import dev.tollgate.gateway.event.MalformedBodyException;
import dev.tollgate.gateway.event.PlainEventReader;
import dev.tollgate.gateway.event.ReadEvent;
import dev.tollgate.gateway.internal.layout.JsonRecord;
import dev.tollgate.gateway.internal.layout.LogRecord;
import dev.tollgate.gateway.internal.layout.RecordLayout;
import dev.tollgate.gateway.kafka.Delivery;
import dev.tollgate.planmodel.input.InputText;
import dev.tollgate.planmodel.input.RequestTarget;
import dev.tollgate.planmodel.input.Violation;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.config.InvalidSettingsException;
import dev.tollgate.schemas.event.RequestEventRules;
import dev.tollgate.schemas.retry.Backoff;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the events of files, in their order, in batches that Kafka has confirmed before the next is sent.
 *
 * <p>Running it again adds nothing, for two reasons. With a state file, content that was published is not sent again:
 * neither after a crash nor after the file was renamed, compressed or appended to. And an event without an id of its
 * own gets one that follows from the source name, the line's number in the (decompressed) file and the line itself, so
 * that a batch which was sent but not noted before a crash is recognised as a duplicate as long as its events are
 * within the dedupe horizon (24 h of event time before the account's newest event). A backfill of older events without
 * a state file would be journalled as late.
 *
 * <p>Not thread-safe; one run at a time per state file.
 */
public final class Backfill {
    private static final int BATCH_EVENTS = 2_000;
    private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

    private final BackfillOptions options;
    private final BatchSender sender;
    private final BackfillListener listener;
    private final Mapping mapping;
    private final BodyReader json;
    private final PlainEventReader plain;
    private final List<Taken> batch = new ArrayList<>(BATCH_EVENTS);
    private long published;
    private long rejected;
    private long passedOver;
    private long skippedBytes;
    private long unattributed;
    private long withoutDetails;
    /** Lines of the current file that were read whole. */
    private long lines;

    private Backfill(BackfillOptions options, BatchSender sender, BackfillListener listener, InstantSource clock) {
        this.options = options;
        this.sender = sender;
        this.listener = listener;
        mapping = options.mapping();
        json = new BodyReader(EventRules.ofFiles(options.maxAge(), options.maxAhead()), 1, clock);
        plain = new PlainEventReader(EventRules.ofFiles(options.maxAge(), options.maxAhead()), clock);
    }

    /**
     * Runs to the end, or to the first reason to stop.
     *
     * @param sender stays the caller's to close
     * @throws GatewayException if a file cannot be read, or the state file is of something else or used by another run
     * @throws InvalidSettingsException if a CSV file does not have the columns that the mapping needs
     */
    public static BackfillReport run(BackfillOptions options, BatchSender sender, BackfillListener listener) {
        return new Backfill(options, sender, listener, InstantSource.system()).run();
    }

    private BackfillReport run() {
        for (Path file : options.files()) {
            if (!Files.isReadable(file) || Files.isDirectory(file)) {
                String found = Files.isDirectory(file)
                        ? "is a folder"
                        : Files.exists(file) ? "may not be read" : "does not exist";
                throw new GatewayException(file + " must be a readable file, " + found);
            }
        }
        try (BackfillState state =
                BackfillState.open(options.stateFile(), options.source(), !options.isStateReadOnly())) {
            for (Path file : options.files()) {
                read(file, state);
            }
            return report(BackfillReport.End.COMPLETE);
        } catch (StoppedException e) {
            return report(e.end);
        } catch (IOException | UncheckedIOException e) {
            throw new GatewayException("the state file cannot be used: " + e.getMessage(), e);
        }
    }

    private void read(Path file, BackfillState state) throws StoppedException {
        try {
            run(file, state);
        } catch (EOFException | ZipException e) {
            throw new GatewayException(
                    file + " is damaged or not complete: " + e.getMessage() + "; " + lines
                            + " line(s) were read before, " + soFar() + ", and a run with the whole file goes on there",
                    e);
        } catch (IOException e) {
            throw new GatewayException(file + " cannot be read: " + e.getMessage() + "; " + soFar(), e);
        }
    }

    private String soFar() {
        return published + " event(s) were published before";
    }

    private BackfillReport report(BackfillReport.End end) {
        return new BackfillReport(end, published, rejected, passedOver, unattributed, withoutDetails, skippedBytes);
    }

    private void run(Path file, BackfillState state) throws IOException, StoppedException {
        lines = 0;
        BackfillState.Progress progress = state.progressOf(file);
        long done = progress.bytes();
        long total = Files.size(file);
        RecordLayout layout = mapping.layout();
        try (LineReader reader = LineReader.open(file)) {
            List<String> header = List.of();
            if (mapping.isCsv()) {
                // The header is needed also where the records behind it were published by an earlier run.
                header = header(file, reader);
            }
            if (done > reader.offset()) {
                skip(reader, done, layout);
                skippedBytes += done;
                listener.onSkipped(file, done);
            }
            for (LineReader.Line line = reader.next(); line != null; line = reader.next()) {
                lines = line.number();
                if (line.tooLong()) {
                    reject(file, line.number(), "the line is longer than " + LineReader.MAX_LINE_BYTES + " bytes");
                } else if (isBlank(line.bytes())) {
                    passedOver++;
                } else {
                    take(file, line, reader, header, layout);
                }
                if (batch.size() >= BATCH_EVENTS) {
                    publish(file, reader, progress, total);
                }
            }
            publish(file, reader, progress, total);
        }
    }

    /** What was published is not read again, but for the lines that say what the columns behind them are. */
    private void skip(LineReader reader, long done, @Nullable RecordLayout layout) throws IOException {
        if (mapping.hasDirectives() && layout != null) {
            while (reader.offset() < done) {
                LineReader.Line line = reader.next();
                if (line == null) {
                    return;
                }
                layout.pass(lenientText(line.bytes()));
            }
        } else {
            reader.skipTo(done);
        }
    }

    private List<String> header(Path file, LineReader reader) throws IOException {
        LineReader.Line line = reader.next();
        if (line == null) {
            return List.of();
        }
        try {
            String text = text(line.bytes());
            List<String> names =
                    CsvRecord.parse(text.startsWith("\ufeff") ? text.substring(1) : text, mapping.separator());
            if (new HashSet<>(names).size() < names.size()) {
                throw new GatewayException(file + ": the header must not name a column twice");
            }
            List<String> problems = mapping.headerProblems(names);
            if (!problems.isEmpty()) {
                throw new InvalidSettingsException(
                        problems.stream().map(problem -> file + ": " + problem).toList());
            }
            return names;
        } catch (IllegalArgumentException | CharacterCodingException e) {
            throw new GatewayException(file + ": the header cannot be read: " + e.getMessage(), e);
        }
    }

    private void take(
            Path file, LineReader.Line line, LineReader reader, List<String> header, @Nullable RecordLayout layout)
            throws IOException, StoppedException {
        byte[] bytes = line.bytes();
        try {
            if (mapping.isCsv()) {
                Columns columns = csvRecord(line, reader, header);
                takeMapped(file, line.number(), columns.bytes(), mapping.map(columns.values()));
            } else if (layout != null) {
                LogRecord record = layout.parse(lenientText(bytes));
                if (record == null) {
                    passedOver++;
                } else {
                    takeMapped(file, line.number(), bytes, mapping.map(record));
                }
            } else if (mapping.isUnmapped()) {
                takeRead(file, line.number(), json.readLine(bytes, () -> madeId(line.number(), bytes)));
            } else {
                LogRecord record = new JsonRecord(json.readObject(bytes), mapping.isDashMissing());
                takeMapped(file, line.number(), bytes, mapping.map(record));
            }
        } catch (CharacterCodingException e) {
            reject(file, line.number(), "the line must be UTF-8");
        } catch (IllegalArgumentException | MalformedBodyException e) {
            reject(file, line.number(), String.valueOf(e.getMessage()));
        }
    }

    private void takeMapped(Path file, long number, byte[] bytes, Mapping.Mapped mapped) throws StoppedException {
        ObjectNode event = mapped.event();
        if (event.path("endpoint").isTextual()
                && mapping.endpoint(event.path("endpoint").textValue()) == null) {
            passedOver++;
        } else if (mapping.skipsWithoutAccount() && !event.has("account_id")) {
            // Whatever else is wrong with it: it is nobody's, as are the requests of those who look for open doors.
            unattributed++;
        } else if (!mapped.faults().isEmpty()) {
            reject(file, number, String.join("; ", mapped.faults()));
        } else {
            boolean taken = takeRead(file, number, plain.read(event, "", () -> madeId(number, bytes)));
            withoutDetails += taken && mapped.isDetailLost() ? 1 : 0;
        }
    }

    /** The endpoint is normalised last, so that the same rules hold for all formats. Whether it became an event. */
    private boolean takeRead(Path file, long number, ReadEvent read) throws StoppedException {
        switch (read) {
            case ReadEvent.Valid valid -> {
                RequestEvent event = valid.event();
                String endpoint = mapping.endpoint(event.getEndpoint());
                if (endpoint == null) {
                    passedOver++;
                    return false;
                }
                String reduced = RequestTarget.reduced(endpoint);
                Violation violation =
                        InputText.required("endpoint", reduced, RequestEventRules.MAX_ENDPOINT_CHARACTERS);
                if (violation != null) {
                    reject(file, number, violation.sentence() + ", as the mapping has rewritten it");
                    return false;
                }
                event.setEndpoint(reduced);
                batch.add(new Taken(event, file, number));
                return true;
            }
            case ReadEvent.Invalid invalid -> {
                if (mapping.skipsWithoutAccount() && isAccountMissing(invalid)) {
                    unattributed++;
                } else {
                    reject(file, number, sentence(invalid.problems()));
                }
                return false;
            }
        }
    }

    private static boolean isAccountMissing(ReadEvent.Invalid invalid) {
        return invalid.problems().stream()
                .anyMatch(problem -> problem.pointer() != null
                        && problem.pointer().endsWith("/account_id")
                        && problem.detail().equals("is missing"));
    }

    /**
     * A CSV record, which may be of several lines. One that is none costs its first line only: a quote too many must
     * not take the records behind it with it.
     */
    private Columns csvRecord(LineReader.Line first, LineReader reader, List<String> header) throws IOException {
        List<LineReader.Line> more = new ArrayList<>(0);
        try {
            byte[] bytes = CsvRecord.isOpen(first.bytes()) ? joined(first, reader, more) : first.bytes();
            return new Columns(columns(header, text(bytes)), bytes);
        } catch (IllegalArgumentException | CharacterCodingException e) {
            reader.unread(more);
            throw e;
        }
    }

    private static byte[] joined(LineReader.Line first, LineReader reader, List<LineReader.Line> more)
            throws IOException {
        ByteArrayOutputStream record = new ByteArrayOutputStream();
        record.writeBytes(first.bytes());
        boolean open = true;
        while (open) {
            LineReader.Line line = reader.next();
            if (line != null) {
                more.add(line);
            }
            if (line == null || line.tooLong() || record.size() + line.bytes().length > LineReader.MAX_LINE_BYTES) {
                throw new IllegalArgumentException("a quoted field begins here that does not end");
            }
            record.write('\n');
            record.writeBytes(line.bytes());
            open ^= CsvRecord.isOpen(line.bytes());
        }
        return record.toByteArray();
    }

    private Map<String, String> columns(List<String> names, String record) {
        List<String> values = CsvRecord.parse(record, mapping.separator());
        if (values.size() != names.size()) {
            throw new IllegalArgumentException(
                    "the record must have " + names.size() + " fields as the header has, has " + values.size());
        }
        Map<String, String> columns = new HashMap<>();
        for (int i = 0; i < names.size(); i++) {
            columns.put(names.get(i), values.get(i));
        }
        return columns;
    }

    /** By the line's number, not its offset: correcting a bad record must not give all behind it new ids. */
    private String madeId(long lineNumber, byte[] line) {
        ByteArrayOutputStream name = new ByteArrayOutputStream();
        name.writeBytes(options.source().getBytes(StandardCharsets.UTF_8));
        name.write('\n');
        name.writeBytes(Long.toString(lineNumber).getBytes(StandardCharsets.US_ASCII));
        name.write('\n');
        name.writeBytes(line);
        return UUID.nameUUIDFromBytes(name.toByteArray()).toString();
    }

    private void publish(Path file, LineReader reader, BackfillState.Progress progress, long total)
            throws IOException, StoppedException {
        send();
        if (!reader.isAhead()) {
            progress.advance(reader.offset(), reader.digest());
        }
        listener.onProgress(file, reader.diskBytes(), total, published);
    }

    /** An event of the batch and where it stands. */
    private record Taken(RequestEvent event, Path file, long line) {}

    /** Sends until each event of the batch is confirmed; those that are not go again, under the same ids. */
    private void send() throws StoppedException {
        List<Taken> open = new ArrayList<>(batch);
        batch.clear();
        long deadline = System.nanoTime() + options.patience().toNanos();
        Backoff backoff = Backoff.between(FIRST_PAUSE, LONGEST_PAUSE);
        while (!open.isEmpty()) {
            List<Delivery> deliveries =
                    sender.send(open.stream().map(Taken::event).toList());
            List<Taken> unconfirmed = new ArrayList<>();
            List<Taken> rejectedByKafka = new ArrayList<>(0);
            for (int i = 0; i < deliveries.size(); i++) {
                Taken taken = open.get(i);
                switch (deliveries.get(i)) {
                    case STORED -> published++;
                    case UNCONFIRMED -> unconfirmed.add(taken);
                    case REJECTED -> rejectedByKafka.add(taken);
                }
            }
            for (Taken taken : rejectedByKafka) {
                reject(taken.file(), taken.line(), Delivery.REJECTED_BY_KAFKA);
            }
            open = unconfirmed;
            if (!open.isEmpty()) {
                if (System.nanoTime() - deadline >= 0 || !pause(backoff.next())) {
                    throw new StoppedException(BackfillReport.End.KAFKA_UNAVAILABLE);
                }
            }
        }
    }

    private static boolean pause(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void reject(Path file, long line, String detail) throws StoppedException {
        rejected++;
        listener.onBadRecord(file, line, detail);
        if (rejected > options.maxErrors()) {
            throw new StoppedException(BackfillReport.End.TOO_MANY_ERRORS);
        }
    }

    private static String sentence(List<EventProblem> problems) {
        return problems.stream()
                .map(problem -> problem.pointer() == null || problem.pointer().length() < 2
                        ? problem.detail()
                        : problem.pointer().substring(2) + " " + problem.detail())
                .collect(Collectors.joining("; "));
    }

    private static boolean isBlank(byte[] line) {
        for (byte b : line) {
            if (b != ' ' && b != '\t') {
                return false;
            }
        }
        return true;
    }

    private static String text(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }

    /** Clients send what they like, and servers log it: a stray byte in a user agent is no reason to lose a request. */
    private static String lenientText(byte[] bytes) {
        try {
            return text(bytes);
        } catch (CharacterCodingException e) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    /** A CSV record by its header's names, and as it stands in the file. */
    private record Columns(Map<String, String> values, byte[] bytes) {}

    private static final class StoppedException extends Exception {
        private static final long serialVersionUID = 1L;

        private final BackfillReport.End end;

        StoppedException(BackfillReport.End end) {
            super(end.name(), null, false, false);
            this.end = end;
        }
    }
}
