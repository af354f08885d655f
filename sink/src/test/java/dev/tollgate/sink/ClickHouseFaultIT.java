package dev.tollgate.sink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.embedded.EmbeddedStack;
import dev.tollgate.embedded.Part;
import dev.tollgate.sink.internal.clickhouse.JdbcClickHouseWriter;
import dev.tollgate.sink.internal.loop.SinkWorker;
import dev.tollgate.sink.status.SinkMetrics;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What ClickHouse can do to an insert, done to the real one: tokens without rows, renames that fail, pauses in which
 * requests wait in its socket, and {@code kill -9} under load. {@code -Dtollgate.kills=200 -Dtollgate.seed=1} for a
 * long run.
 */
final class ClickHouseFaultIT {
    private static final Instant NOVEMBER = Instant.parse("2026-11-02T12:00:00Z");
    private static final int KILLS = Integer.getInteger("tollgate.kills", 3);
    private static final int THREADS = 2;
    private static final int BACKLOG = 1_000;

    @SuppressWarnings("NullAway.Init") // Set before the first test.
    private static EmbeddedStack stack;

    @SuppressWarnings("NullAway.Init") // Set before the first test.
    private static ClickHouseProcess clickHouse;

    @BeforeAll
    static void start() {
        stack = TestingPipeline.startStack();
        clickHouse = new ClickHouseProcess(stack);
    }

    @AfterAll
    static void stop() {
        stack.close();
    }

    /** As a crash between the log of tokens and the rename leaves it. */
    @Test
    void givenTokensWhosePartsAreGone_whenTheBatchIsTakenOver_thenItIsStoredUnderTheNextTokens() throws Exception {
        try (TestingPipeline pipeline = new TestingPipeline(stack).migrated()) {
            execute(pipeline, "SYSTEM STOP MERGES request_journal");
            ProducedBooks books = new ProducedBooks(pipeline, 1);
            books.publishJournal(0, 100, NOVEMBER, 3);
            try (Sink sink = pipeline.startSink()) {
                books.assertStored(sink);
            }
            Set<String> before = clickHouse.parts(pipeline.database(), "request_journal");
            books.publishJournal(0, 100, NOVEMBER, 3);
            SinkConfig config = pipeline.config();
            SinkWorker killed = Sink.worker(
                    config,
                    0,
                    pipeline.admin(),
                    pipeline.registry(),
                    new DyingWriter(new JdbcClickHouseWriter(config.clickHouse()), DyingWriter.Moment.AFTER_INSERT, 2),
                    new SinkMetrics());
            assertThatThrownBy(killed::run).isInstanceOf(DyingWriter.Killed.class);

            stack.kill(Part.CLICKHOUSE);
            Set<String> lost = new TreeSet<>(clickHouse.parts(pipeline.database(), "request_journal"));
            lost.removeAll(before);
            assertThat(lost).hasSize(3);
            for (String part : lost) {
                ClickHouseProcess.deleteFolder(
                        clickHouse.table(pipeline.database(), "request_journal").resolve(part));
            }
            stack.start(Part.CLICKHOUSE);

            try (Sink sink = pipeline.startSink()) {
                books.assertStored(sink);
                assertThat(sink.metrics().snapshot().fences()).isEqualTo(3);
            }
        } finally {
            stack.start(Part.CLICKHOUSE);
        }
    }

    /** A file where a part's folder should come fails the rename as a full disk does, after the token is taken. */
    @Test
    void givenRenamesThatFail_whenTheInsertsAreRepeated_thenTheirRowsStandOnce() throws Exception {
        try (TestingPipeline pipeline = new TestingPipeline(stack).migrated()) {
            execute(pipeline, "SYSTEM STOP MERGES request_journal");
            ProducedBooks books = new ProducedBooks(pipeline, 2);
            books.publishJournal(0, 10, NOVEMBER, 1);
            List<Path> obstacles = new ArrayList<>();
            try (Sink sink = pipeline.startSink("sink.batch.max-rows", "5")) {
                books.assertStored(sink);
                long block = clickHouse.highestBlock(pipeline.database(), "request_journal");
                // Two attempts in a row and one later: an attempt takes a number, whether it stores its rows or not.
                for (long next : new long[] {block + 1, block + 3, block + 6}) {
                    obstacles.add(Files.createFile(clickHouse
                            .table(pipeline.database(), "request_journal")
                            .resolve("202611_%1$d_%1$d_0".formatted(next))));
                }

                books.publishJournal(0, 50, NOVEMBER, 1);
                books.assertStored(sink);

                SinkMetrics.Snapshot figures = sink.metrics().snapshot();
                assertThat(figures.clickHouseRetries()).as("renames failed").isGreaterThanOrEqualTo(3);
                assertThat(figures.fences()).as("their tokens were taken").isGreaterThanOrEqualTo(3);
            } finally {
                for (Path obstacle : obstacles) {
                    Files.delete(obstacle);
                }
            }
        }
    }

    /** Requests that the sink has given up land when ClickHouse goes on. */
    @Test
    void givenAPausedClickHouse_whenItGoesOnWithOldRequestsInItsSocket_thenTheirRowsStandOnce() throws Exception {
        try (TestingPipeline pipeline = new TestingPipeline(stack).migrated();
                Sink sink = pipeline.startSink(
                        "clickhouse.request-timeout",
                        "1s",
                        "sink.max-poll-interval",
                        "1m",
                        "sink.batch.max-rows",
                        "20")) {
            ProducedBooks books = new ProducedBooks(pipeline, 3);
            for (int pause = 0; pause < 3; pause++) {
                books.publishJournal(0, 50, NOVEMBER, 2);
                books.publishJournal(1, 50, NOVEMBER, 2);
                long retries = sink.metrics().snapshot().clickHouseRetries();
                clickHouse.pause();
                try {
                    books.publishJournal(0, 50, NOVEMBER, 2);
                    Waiting.until(() -> sink.metrics().snapshot().clickHouseRetries() >= retries + 3);
                } finally {
                    clickHouse.resume();
                }
                books.assertStored(sink);
            }
        }
    }

    @Test
    void givenClickHouseKilledUnderLoad_whenAllIsOver_thenEveryTableAndViewHoldsWhatWasProduced() throws Exception {
        long seed = Long.getLong("tollgate.seed", System.nanoTime());
        System.out.println("ClickHouseFaultIT: -Dtollgate.kills=" + KILLS + " -Dtollgate.seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        Figures figures = new Figures();
        try (TestingPipeline pipeline = new TestingPipeline(stack).migrated()) {
            ProducedBooks books = new ProducedBooks(pipeline, seed);
            AtomicBoolean producing = new AtomicBoolean(true);
            AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
            Sink sink = sink(pipeline, random);
            AtomicReference<Sink> current = new AtomicReference<>(sink);
            Thread producer = Thread.ofPlatform().name("producer").start(() -> {
                try {
                    while (producing.get()) {
                        // A backlog that is always there, and does not grow for ever.
                        if (current.get().metrics().snapshot().lag() < BACKLOG) {
                            books.publishSomeOfEverything();
                        } else {
                            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
                        }
                    }
                } catch (Throwable e) {
                    failure.set(e);
                }
            });
            try {
                for (int kill = 0; kill < KILLS; kill++) {
                    assertThat(failure.get()).as("what ended the producer").isNull();
                    awaitInserts(sink, 1 + random.nextInt(20));
                    stack.kill(Part.CLICKHOUSE);
                    long killedAt = System.nanoTime();
                    if (random.nextInt(4) == 0) {
                        // The next owner finds what this one was at, and cuts other batches.
                        figures.add(sink);
                        sink.close();
                        sink = sink(pipeline, random);
                        current.set(sink);
                    }
                    stack.start(Part.CLICKHOUSE);
                    if (random.nextInt(4) == 0) {
                        // Killed again in the middle of the recovery.
                        awaitReadBack(sink);
                        stack.kill(Part.CLICKHOUSE);
                        stack.start(Part.CLICKHOUSE);
                        figures.killsInRecovery++;
                    }
                    awaitInserts(sink, 1);
                    figures.longestRecoveryMillis =
                            Math.max(figures.longestRecoveryMillis, (System.nanoTime() - killedAt) / 1_000_000);
                }
                producing.set(false);
                producer.join();
                assertThat(failure.get()).isNull();
                books.assertStored(sink);
                figures.add(sink);
                System.out.println(figures.line(seed, books));
            } finally {
                producing.set(false);
                producer.join();
                sink.close();
            }
        } finally {
            stack.start(Part.CLICKHOUSE);
        }
    }

    private static Sink sink(TestingPipeline pipeline, SplittableRandom random) {
        return pipeline.startSink(
                "sink.threads",
                Integer.toString(THREADS),
                "sink.batch.max-delay",
                "20ms",
                "sink.batch.max-rows",
                Integer.toString(10 + random.nextInt(60)));
    }

    private static void awaitInserts(Sink sink, int more) throws Exception {
        long before = sink.metrics().snapshot().inserts();
        Waiting.until(TestingPipeline.PATIENCE, () -> {
            if (sink.awaitTermination(0, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the sink stopped by itself");
            }
            return sink.metrics().snapshot().inserts() >= before + more;
        });
    }

    private static void awaitReadBack(Sink sink) throws Exception {
        long before = sink.metrics().snapshot().readBacks();
        long inserts = sink.metrics().snapshot().inserts();
        Waiting.until(
                TestingPipeline.PATIENCE,
                () -> sink.metrics().snapshot().readBacks() > before
                        || sink.metrics().snapshot().inserts() > inserts);
    }

    private static void execute(TestingPipeline pipeline, String sql) throws Exception {
        try (Connection connection = pipeline.clickHouse().dataSource().getConnection()) {
            connection.setSchema(pipeline.database());
            try (Statement statement = connection.createStatement()) {
                statement.execute(sql);
            }
        }
    }

    /** What a run of kills met. */
    private static final class Figures {
        private int killsInRecovery;
        private long longestRecoveryMillis;
        private long inserts;
        private long unclear;
        private long readBacks;
        private long fences;
        private long takenOver;

        void add(Sink sink) {
            SinkMetrics.Snapshot figures = sink.metrics().snapshot();
            inserts += figures.inserts();
            unclear += figures.unclear();
            readBacks += figures.readBacks();
            fences += figures.fences();
            takenOver += figures.replays();
        }

        String line(long seed, ProducedBooks books) {
            return String.format(
                    Locale.ROOT,
                    "kills: seed=%d kills=%d ofThemInRecovery=%d records=%d inserts=%d unclear=%d takenOver=%d"
                            + " readBacks=%d fences=%d longestRecoveryMillis=%d lost=0 doubled=0",
                    seed,
                    KILLS + killsInRecovery,
                    killsInRecovery,
                    books.records(),
                    inserts,
                    unclear,
                    takenOver,
                    readBacks,
                    fences,
                    longestRecoveryMillis);
        }
    }
}
