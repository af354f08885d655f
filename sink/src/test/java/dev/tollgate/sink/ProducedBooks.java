package dev.tollgate.sink;

import static dev.tollgate.sink.Records.deadLetter;
import static dev.tollgate.sink.Records.entry;
import static dev.tollgate.sink.Records.limitEvent;
import static dev.tollgate.sink.Records.state;
import static dev.tollgate.sink.Records.total;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.avro.DeadLetter;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitEventKind;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.UsageTotal;
import dev.tollgate.schemas.avro.Verdict;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.sql.AnalystQuery;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * Records of every topic, and what they must add up to in every table, rollup and view: a count of its own, made when
 * they are published. One thread publishes; {@link #assertStored} when it has ended.
 */
final class ProducedBooks {
    private static final List<Verdict> VERDICTS =
            List.of(Verdict.COUNTED, Verdict.COUNTED, Verdict.LATE, Verdict.AMENDED);

    private final TestingPipeline pipeline;
    private final SplittableRandom random;
    private final Map<String, Long> recordsByPosition = new TreeMap<>();
    private final Map<String, Long> eventsByAccountDayVerdict = new TreeMap<>();
    private final Map<String, Long> usedByAccountDay = new TreeMap<>();
    private final Map<String, Long> usedByDay = new TreeMap<>();
    private final Map<String, Long> totals = new TreeMap<>();
    private final Map<String, Long> states = new TreeMap<>();
    private final Map<String, Long> deadLetters = new TreeMap<>();
    private int journalRecords;
    private int limitEvents;
    private int sequence;

    ProducedBooks(TestingPipeline pipeline, long seed) {
        this.pipeline = pipeline;
        this.random = new SplittableRandom(seed);
    }

    /** How many records were published. */
    long records() {
        return sequence;
    }

    /** Some records of each topic whose order and number matter. */
    void publishSomeOfEverything() {
        publishJournal(
                random.nextInt(2),
                1 + random.nextInt(40),
                Instant.parse("2026-11-20T00:00:00Z"),
                1 + random.nextInt(3));
        Instant minute = Instant.parse("2026-11-20T00:00:00Z").plus(random.nextInt(50), ChronoUnit.MINUTES);
        List<UsageTotal> newTotals = new ArrayList<>();
        List<LimitState> newStates = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            String account = account();
            sequence++;
            newTotals.add(total(account, minute, sequence, sequence, false));
            totals.put(account + " " + minute, (long) sequence);
            newStates.add(state(account, sequence, sequence));
            states.put(account, (long) sequence);
        }
        // One partition, as the key would have it: versions of an identity stay in order.
        pipeline.publish(Topic.USAGE_TOTALS, 0, newTotals);
        pipeline.publish(Topic.LIMIT_STATE, 0, newStates);
        List<LimitEvent> events = new ArrayList<>();
        List<DeadLetter> letters = new ArrayList<>();
        for (int i = 0; i < 2; i++) {
            sequence++;
            limitEvents++;
            events.add(limitEvent(account(), "limit-event-" + sequence, LimitEventKind.HARD_LIMIT_REACHED, minute));
            String reason = random.nextBoolean() ? "MALFORMED" : "FUTURE_EVENT";
            letters.add(deadLetter(reason, sequence));
            deadLetters.merge(reason, 1L, Long::sum);
        }
        publish(Topic.LIMIT_EVENTS, random.nextInt(2), events);
        // The topic of dead letters has one partition.
        publish(Topic.DEAD_LETTERS, 0, letters);
    }

    /**
     * Publishes journal entries, in one transaction.
     *
     * @param first time of the first entry
     * @param months how many months they reach over, ending with the first entry's
     */
    void publishJournal(int partition, int count, Instant first, int months) {
        List<UsageJournalEntry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            sequence++;
            Instant at = OffsetDateTime.ofInstant(first, ZoneOffset.UTC)
                    .minusMonths(i % months)
                    .plusSeconds(random.nextInt(5 * 86_400))
                    .toInstant();
            Verdict verdict = VERDICTS.get(random.nextInt(VERDICTS.size()));
            String account = account();
            long complexity = 1L + random.nextInt(9);
            entries.add(
                    entry(account, "event-" + sequence, verdict, at, Map.of("requests", 1L, "complexity", complexity)));
            String day = at.atOffset(ZoneOffset.UTC).toLocalDate().toString();
            eventsByAccountDayVerdict.merge(account + " " + day + " " + verdict, 1L, Long::sum);
            if (verdict != Verdict.LATE) {
                usedByAccountDay.merge(account + " " + day, complexity, Long::sum);
                usedByDay.merge(day, complexity, Long::sum);
            }
        }
        journalRecords += count;
        publish(Topic.USAGE_JOURNAL, partition, entries);
    }

    private void publish(Topic topic, int partition, List<? extends SpecificRecord> records) {
        pipeline.publish(topic, partition, records);
        String table =
                topic == Topic.USAGE_JOURNAL ? "request_journal" : topic == Topic.DEAD_LETTERS ? "dead_letter" : "";
        if (!table.isEmpty()) {
            recordsByPosition.merge(table + " " + partition, (long) records.size(), Long::sum);
        }
    }

    private String account() {
        return "account-" + random.nextInt(7);
    }

    /** Waits until as many rows stand as were published, then holds every table, rollup and view against the count. */
    void assertStored(Sink sink) throws Exception {
        pipeline.awaitRows(sink, "SELECT uniqExact(event_id) FROM request_journal", "(" + journalRecords + ")");
        pipeline.awaitRows(
                sink,
                "SELECT (SELECT uniqExact(source_offset) FROM dead_letter), (SELECT count() FROM limit_event_latest)",
                "(" + deadLetters.values().stream().mapToLong(Long::longValue).sum() + "," + limitEvents + ")");
        pipeline.awaitRows(
                sink,
                "SELECT concat(account_id, ' ', toString(used)) FROM account_state FINAL ARRAY JOIN"
                        + " buckets.used AS used ORDER BY account_id",
                lines(states));
        pipeline.awaitRows(
                sink,
                "SELECT concat(account_id, ' ', formatDateTime(window_start, '%Y-%m-%dT%H:%i:%SZ'), ' ',"
                        + " toString(used)) AS line FROM window_total ORDER BY line",
                lines(totals));

        assertThat(pipeline.rows("SELECT count(), uniqExact(record_partition, record_offset) FROM request_journal"))
                .as("journal")
                .containsExactly("(" + journalRecords + "," + journalRecords + ")");
        assertLines(
                "SELECT concat(account_id, ' ', toString(toDate32(occurred_at)), ' ', verdict), count() FROM"
                        + " request_journal GROUP BY 1",
                eventsByAccountDayVerdict);
        assertLines(
                "SELECT concat(account_id, ' ', toString(day)), sum(used) FROM usage_by_account_day"
                        + " WHERE meter_id = 'complexity' GROUP BY 1 HAVING sum(used) != 0",
                usedByAccountDay);
        assertLines(
                "SELECT concat(account_id, ' ', toString(day)), sum(used) FROM usage_by_project_day"
                        + " WHERE meter_id = 'complexity' GROUP BY 1 HAVING sum(used) != 0",
                usedByAccountDay);
        assertLines(
                "SELECT toString(day), sum(used) FROM usage_by_day WHERE meter_id = 'complexity' GROUP BY 1"
                        + " HAVING sum(used) != 0",
                usedByDay);
        assertLines("SELECT reason, count() FROM dead_letter GROUP BY reason", deadLetters);
        assertLines(
                "SELECT concat(table_name, ' ', toString(record_partition)), row_count FROM ingest_position"
                        + " WHERE table_name IN ('request_journal', 'dead_letter')",
                recordsByPosition);
        Map<String, String> always = Map.of("from_day", "2000-01-01", "to_day", "2100-01-01");
        assertThat(query("reconcile_rollups", always)).isEmpty();
        assertThat(query("reconcile_positions", Map.of())).isEmpty();
    }

    private void assertLines(String sql, Map<String, Long> expected) throws SQLException {
        assertThat(pipeline.rows(
                        "SELECT concat(tupleElement(line, 1), ' ', toString(tupleElement(line, 2))) FROM (SELECT"
                                + " tuple(*) AS line FROM (" + sql + "))"))
                .as(sql)
                .containsExactlyInAnyOrder(lines(expected));
    }

    private List<?> query(String name, Map<String, String> parameters) throws SQLException {
        try (Connection connection = pipeline.clickHouse().dataSource().getConnection()) {
            return AnalystQuery.named(name)
                    .run(connection, pipeline.database(), parameters)
                    .rows();
        }
    }

    private static String[] lines(Map<String, Long> values) {
        return values.entrySet().stream()
                .map(value -> String.format(Locale.ROOT, "('%s %d')", value.getKey(), value.getValue()))
                .toArray(String[]::new);
    }
}
