package dev.tollgate.sink;

import static dev.tollgate.sink.Records.entry;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.Verdict;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.sink.status.SinkMetrics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * A backlog of journal records written as fast as it goes; prints the rate. {@code -Dsink.throughput.rows=1000000} for
 * a figure worth noting, see {@code docs/performance/sink.md}.
 */
final class SinkThroughputIT {
    private static final int ROWS = Integer.getInteger("sink.throughput.rows", 100_000);
    private static final int PER_TRANSACTION = 5_000;
    private static final Instant MORNING = Instant.parse("2026-11-02T08:00:00Z");

    @Test
    void givenABacklog_whenTheSinkStarts_thenEveryRowIsWrittenAndTheRateIsTold() throws Exception {
        try (TestingPipeline pipeline = new TestingPipeline(TestingPipeline.sharedStack()).migrated()) {
            for (int from = 0; from < ROWS; from += PER_TRANSACTION) {
                pipeline.publish(Topic.USAGE_JOURNAL, from / PER_TRANSACTION % 2, entries(from));
            }

            long startedAt = System.nanoTime();
            try (Sink sink = pipeline.startSink("sink.batch.max-delay", "1s")) {
                Waiting.until(
                        Duration.ofMinutes(10), () -> sink.metrics().snapshot().rowsOf(Topic.USAGE_JOURNAL) >= ROWS);
                double seconds = (System.nanoTime() - startedAt) / 1e9;
                SinkMetrics.Snapshot figures = sink.metrics().snapshot();
                System.out.println(String.format(
                        Locale.ROOT,
                        "sink throughput: rows=%d seconds=%.2f rowsPerSecond=%.0f batches=%d insertSeconds=%.2f",
                        ROWS,
                        seconds,
                        ROWS / seconds,
                        figures.batches(),
                        figures.insertNanos() / 1e9));
            }

            assertThat(pipeline.rows(
                            "SELECT count(), uniqExact(event_id), sum(costs['complexity']) FROM request_journal"))
                    .containsExactly("(" + ROWS + "," + ROWS + "," + ROWS * 3L + ")");
            assertThat(pipeline.rows("SELECT sumIf(used, meter_id = 'requests'), sumIf(used, meter_id = 'complexity')"
                            + " FROM usage_by_day"))
                    .containsExactly("(" + ROWS + "," + ROWS * 3L + ")");
        }
    }

    /** One event per millisecond over 1000 accounts, complexities 1 to 5 in turn. */
    private static List<UsageJournalEntry> entries(int from) {
        List<UsageJournalEntry> entries = new ArrayList<>(PER_TRANSACTION);
        for (int i = from; i < Math.min(ROWS, from + PER_TRANSACTION); i++) {
            entries.add(entry(
                    "account-" + i % 1_000,
                    String.format(Locale.ROOT, "0190f5a2-7c00-7000-8000-%012x", i * 0x9E3779B97F4AL & 0xFFFFFFFFFFFFL),
                    Verdict.COUNTED,
                    MORNING.plusMillis(i),
                    Map.of("requests", 1L, "complexity", 1L + i % 5)));
        }
        return entries;
    }
}
