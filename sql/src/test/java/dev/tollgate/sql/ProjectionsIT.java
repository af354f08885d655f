package dev.tollgate.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a question reads, by ClickHouse's own plan: a view that no longer says the same words as its projection still
 * answers, but reads everything.
 */
final class ProjectionsIT {
    private static final String DATABASE = "projections";
    private static final Pattern SOURCE = Pattern.compile("ReadFromMergeTree \\(([^)]+)\\)");
    private static final Pattern GRANULES = Pattern.compile("Granules: (\\d+)/(\\d+)");

    /** 5,000 accounts, each on each of the first twenty days of November, by way of four partitions of the topic. */
    private static final String JOURNAL = """
        INSERT INTO request_journal
        (account_id, event_id, verdict, project_id, api_key_id, endpoint, occurred_at, appended_at, recorded_at, costs,
         record_topic_id, record_partition, record_offset)
        SELECT concat('account-', toString(number % 5000)), toString(number), 'COUNTED', 'p', 'k', '/get',
            toDateTime64('2026-11-01 00:00:00', 3, 'UTC') + intDiv(number, 5000) * 86400 + number % 86400 AS at, at, at,
            map('requests', 1), 'J', number % 4, intDiv(number, 4)
        FROM numbers(100000)\
        """;

    @SuppressWarnings("NullAway.Init") // Set before the first test.
    private static TestingClickHouse clickHouse;

    @BeforeAll
    static void start() throws SQLException {
        clickHouse = new TestingClickHouse();
        new Migrator(clickHouse.config(DATABASE)).migrate();
        clickHouse.execute(DATABASE, JOURNAL, "OPTIMIZE TABLE request_journal FINAL");
    }

    @AfterAll
    static void stop() {
        clickHouse.close();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        SELECT * FROM usage_by_account_day WHERE account_id = 'account-77'                        | usage_account_day
        SELECT * FROM usage_by_account_day WHERE day = '2026-11-07'                               | usage_day_account
        SELECT * FROM events_by_account_day WHERE day = '2026-11-07'                              | usage_day_account
        SELECT * FROM events_by_account_day WHERE account_id = 'account-77'                       | usage_account_day
        """)
    void givenAViewByAccountAndDay_whenOneOfThemIsAsked_thenItsProjectionIsReadInPart(String query, String projection)
            throws SQLException {
        Read read = onlyRead(query);

        assertThat(read.source()).isEqualTo(projection);
        assertThat(read.granules()).isLessThan(read.of());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        SELECT * FROM usage_by_day                                                                      | usage_day
        SELECT meter_id, sum(used) FROM usage_by_day WHERE day >= '2026-11-01' GROUP BY meter_id        | usage_day
        SELECT verdict, count() FROM request_journal WHERE toDate32(occurred_at) = '2026-11-07' \
        GROUP BY verdict                                                                                | usage_day
        SELECT * FROM ingest_position WHERE table_name = 'request_journal'                              | position
        SELECT max(record_offset) FROM request_journal WHERE record_topic_id = 'J' AND record_partition = 1 | position
        SELECT record_partition, application_id, max(record_offset), max(recorded_at) FROM request_journal \
        WHERE record_topic_id = 'J' GROUP BY record_partition, application_id                           | position
        """)
    void givenAQuestionOverAllAccounts_whenItIsAsked_thenASmallProjectionIsRead(String query, String projection)
            throws SQLException {
        assertThat(onlyRead(query).source()).isEqualTo(projection);
    }

    /** The plain event time in the sort key prunes whatever is asked of it: days, spans, days of another time zone. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "SELECT * FROM usage_by_project_day WHERE account_id = 'account-77' AND day = '2026-11-07'",
                "SELECT * FROM usage_by_api_key_day WHERE account_id = 'account-77' AND day = '2026-11-07'",
                "SELECT * FROM usage_by_endpoint_day WHERE account_id = 'account-77' AND day = '2026-11-07'",
                "SELECT * FROM request_journal WHERE account_id = 'account-77' AND occurred_at >="
                        + " toDateTime64('2026-11-07 00:00:00', 3, 'Asia/Kathmandu') AND occurred_at <"
                        + " toDateTime64('2026-11-08 00:00:00', 3, 'Asia/Kathmandu')"
            })
    void givenAnAccountAndADay_whenItsRowsAreAsked_thenTheJournalIsReadInPart(String query) throws SQLException {
        Read read = onlyRead(query);

        assertThat(read.source()).isEqualTo(DATABASE + ".request_journal");
        assertThat(read.granules()).isLessThanOrEqualTo(2);
        assertThat(read.of()).isGreaterThan(10);
    }

    @Test
    void givenTheReconciliation_whenItIsAsked_thenEachProjectionIsHeldAgainstTheRows() throws SQLException {
        String sql = AnalystQuery.named("reconcile_rollups")
                .sql()
                .replace("{from_day:Date32}", "toDate32('2026-11-01')")
                .replace("{to_day:Date32}", "toDate32('2026-12-01')");

        assertThat(reads(sql))
                .extracting(Read::source)
                .containsExactlyInAnyOrder(
                        DATABASE + ".request_journal", "usage_day_account", "usage_account_day", "usage_day");
    }

    private static Read onlyRead(String query) throws SQLException {
        List<Read> reads = reads(query);
        assertThat(reads).hasSize(1);
        return reads.getFirst();
    }

    private static List<Read> reads(String query) throws SQLException {
        List<Read> reads = new ArrayList<>();
        try (Connection connection = clickHouse.connect(DATABASE);
                Statement statement = connection.createStatement();
                ResultSet lines = statement.executeQuery("EXPLAIN projections = 1, indexes = 1 " + query)) {
            while (lines.next()) {
                Matcher source = SOURCE.matcher(lines.getString(1));
                Matcher granules = GRANULES.matcher(lines.getString(1));
                if (source.find()) {
                    reads.add(new Read(source.group(1), Integer.MAX_VALUE, 0));
                } else if (granules.find()) {
                    reads.add(reads.removeLast()
                            .narrowed(Integer.parseInt(granules.group(1)), Integer.parseInt(granules.group(2))));
                }
            }
        }
        return reads;
    }

    /** One table or projection that a query reads: granules after and before its indexes were asked. */
    private record Read(String source, int granules, int of) {
        Read narrowed(int left, int before) {
            return new Read(source, Math.min(granules, left), Math.max(of, before));
        }
    }
}
