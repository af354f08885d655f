package dev.tollgate.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every view and every analyst query against a small set of books whose answers can be told by hand. */
final class ViewsIT {
    private static final String DATABASE = "views";
    private static final Map<String, String> NOVEMBER = Map.of("from_day", "2026-11-01", "to_day", "2026-12-01");

    @SuppressWarnings("NullAway.Init") // Set before the first test.
    private static TestingClickHouse clickHouse;

    @BeforeAll
    static void start() throws SQLException {
        clickHouse = new TestingClickHouse();
        new Migrator(clickHouse.config(DATABASE)).migrate();
        clickHouse.execute(DATABASE, JOURNAL, TOTALS, LIMIT_EVENTS, STATES, DEAD_LETTERS, PLANS);
    }

    @AfterAll
    static void stop() {
        clickHouse.close();
    }

    private static final String JOURNAL = """
        INSERT INTO request_journal
        (account_id, event_id, verdict, project_id, api_key_id, endpoint, plan_id, plan_version, late_limits,
            occurred_at, appended_at,
         recorded_at, costs, source_topic, source_partition, source_offset, record_topic_id, record_partition,
             record_offset)
        VALUES
        ('a', 'e1', 'COUNTED', 'p1', 'k1', '/mem-it', 'mem', 1, [], '2026-11-02 10:20:01.000',
            '2026-11-02 10:20:01.005', '2026-11-02 10:20:01.020', {'requests':1,'complexity':40}, 'ev', 0, 10, 'J',
            0, 0),
        ('a', 'e1', 'DUPLICATE', 'p1', 'k1', '/mem-it', 'mem', 1, [], '2026-11-02 10:20:01.000',
            '2026-11-02 10:20:02.005', '2026-11-02 10:20:02.020', {}, 'ev', 0, 11, 'J', 0, 1),
        ('a', 'e2', 'COUNTED', 'p2', 'k1', '/get', 'mem', 1, [], '2026-11-02 10:20:59.999',
            '2026-11-02 10:21:00.001', '2026-11-02 10:21:00.020', {'requests':1,'complexity':1}, 'ev', 0, 12, 'J', 0,
            2),
        ('a', 'e3', 'COUNTED', 'p2', 'k2', '/get', 'mem', 1, ['requests-per-minute'], '2026-11-02 10:20:58.000',
            '2026-11-02 10:22:58.000', '2026-11-02 10:22:58.020', {'requests':1,'complexity':1}, 'ev', 0, 13, 'J', 0,
            3),
        ('a', 'e4', 'LATE', 'p2', '', '/get', 'mem', 1, ['requests-per-minute', 'requests-per-day'],
            '2026-11-01 23:00:00.000', '2026-11-02 10:23:00.000', '2026-11-02 10:23:00.020',
            {'requests':1,'complexity':1}, 'ev', 0, 14, 'J', 0, 4),
        ('a', 'e5', 'NOT_CONSUMING', 'p2', '', '/get', 'mem', 1, [], '2026-11-02 10:23:00.000',
            '2026-11-02 10:23:00.001', '2026-11-02 10:23:00.020', {}, 'ev', 0, 15, 'J', 0, 5),
        ('a', 'e2', 'VOIDED', 'p2', 'k1', '/get', 'mem', 1, [], '2026-11-02 10:20:59.999', '2026-11-02 10:30:00.000',
            '2026-11-02 10:30:00.020', {'requests':-1,'complexity':-1}, 'cmd', 0, 3, 'J', 0, 6),
        ('b', 'e1', 'COUNTED', '', '', '/get', 'mem', 1, [], '2026-11-02 10:20:00.000', '2026-11-02 10:20:00.001',
            '2026-11-02 10:20:00.020', {'requests':1,'complexity':1}, 'ev', 1, 7, 'J', 1, 0)\
        """;

    private static final String TOTALS = """
        INSERT INTO usage_total
        (account_id, limit_id, scope, scope_key, window_start, meter_id, window_unit, plan_id, plan_version, window_end,
            stream_time, recorded_at,
         used, amount, closed, version, record_topic_id, record_partition, record_offset)
        VALUES
        ('a', 'requests-per-minute', 'ACCOUNT', '', '2026-11-02 10:20:00', 'requests', 'MINUTE', 'mem', 1,
            '2026-11-02 10:21:00', '2026-11-02 10:20:01', '2026-11-02 10:20:02', 1, 100, false, 1, 'T', 0, 0),
        ('a', 'requests-per-minute', 'ACCOUNT', '', '2026-11-02 10:20:00', 'requests', 'MINUTE', 'mem', 1,
            '2026-11-02 10:21:00', '2026-11-02 10:30:01', '2026-11-02 10:30:02', 1, 100, true, 5, 'T', 0, 1),
        ('a', 'requests-per-day', 'ACCOUNT', '', '2026-11-02 00:00:00', 'requests', 'DAY', 'mem', 1,
            '2026-11-03 00:00:00',
            '2026-11-02 10:30:01', '2026-11-02 10:30:02', 2, 4000, false, 5, 'T', 0, 2),
        ('b', 'requests-per-minute', 'ACCOUNT', '', '2026-11-02 10:20:00', 'requests', 'MINUTE', 'mem', 1,
            '2026-11-02 10:21:00', '2026-11-02 10:30:01', '2026-11-02 10:30:02', 3, 100, true, 2, 'T', 1, 0),
        ('b', 'requests-per-day', 'ACCOUNT', '', '2026-11-02 00:00:00', 'requests', 'DAY', 'mem', 1,
            '2026-11-03 00:00:00',
            '2026-11-02 10:30:01', '2026-11-02 10:30:02', 1, NULL, false, 2, 'T', 1, 1)\
        """;

    private static final String LIMIT_EVENTS = """
        INSERT INTO limit_event
        (account_id, limit_event_id, kind, limit_id, meter_id, mode, scope, scope_key, plan_id, plan_version, cause,
            event_time, window_start, window_end,
         blocked_until, decided_at, recorded_at, threshold_basis_points, used, amount, overshoot, cleared_event_id,
             crossing_event_id, crossing_topic,
         crossing_partition, crossing_offset, version, record_topic_id, record_partition, record_offset)
        VALUES
        ('a', 'L1', 'SOFT_LIMIT_REACHED', 'complexity-per-minute', 'complexity', 'ENFORCE', 'ACCOUNT', '', 'mem', 1,
            '', '2026-11-02 10:20:01', '2026-11-02 10:20:00', '2026-11-02 10:21:00', NULL, '2026-11-02 10:20:02',
            '2026-11-02 10:20:01.015', 9000, 180, 200, NULL, '', 'e1', 'ev', 0, 10, 1, 'L', 0, 0),
        ('a', 'L2', 'HARD_LIMIT_REACHED', 'complexity-per-minute', 'complexity', 'ENFORCE', 'ACCOUNT', '', 'mem', 1,
            '', '2026-11-02 10:20:59.999', '2026-11-02 10:20:00', '2026-11-02 10:21:00', '2026-11-02 10:21:00',
            '2026-11-02 10:21:01', '2026-11-02 10:21:00.013', NULL, 203, 200, 3, '', 'e2', 'ev', 0, 12, 2, 'L', 0, 1),
        ('a', 'L2', 'HARD_LIMIT_REACHED', 'complexity-per-minute', 'complexity', 'ENFORCE', 'ACCOUNT', '', 'mem', 1,
            '', '2026-11-02 10:20:59.999', '2026-11-02 10:20:00', '2026-11-02 10:21:00', '2026-11-02 10:21:00',
            '2026-11-02 10:21:02', '2026-11-02 10:21:00.013', NULL, 203, 200, 3, '', 'e2', 'ev', 0, 12, 2, 'L', 0, 1),
        ('a', 'L3', 'LIMIT_CLEARED', 'complexity-per-minute', 'complexity', 'ENFORCE', 'ACCOUNT', '', 'mem', 1,
            'WINDOW_ENDED', '2026-11-02 10:21:00', '2026-11-02 10:20:00', '2026-11-02 10:21:00', NULL,
            '2026-11-02 10:21:01', '2026-11-02 10:21:01.000', NULL, 203, 200, NULL, 'L2', '', '', NULL, NULL, 3, 'L',
            0, 2)\
        """;

    private static final String STATES = """
        INSERT INTO account_state
        (account_id, scope, scope_key, plan_id, plan_version, exempt, suspended, suspension_reason, stream_time,
            as_of, suspended_until, recorded_at, buckets, version,
         source_partition, source_offset, record_topic_id, record_partition, record_offset)
        VALUES
        ('a', 'ACCOUNT', '', 'mem', 1, false, false, '', '2026-11-02 10:20:00', '2026-11-02 10:20:01', NULL,
            '2026-11-02 10:20:02',
         [('old', 'requests', 'FIXED_WINDOW', 'ENFORCE', 'ACCOUNT', '', 1, 1, NULL, NULL, NULL, false, false, NULL)],
             1, 0, 1, 'S', 0, 0),
        ('a', 'ACCOUNT', '', 'mem', 1, false, false, '', '2026-11-02 10:30:00', '2026-11-02 10:30:01', NULL,
            '2026-11-02 10:30:02',
         [('requests-per-day', 'requests', 'FIXED_WINDOW', 'ENFORCE', 'ACCOUNT', '', 4000, 2, '2001-01-01 00:00:00',
             '2001-01-02 00:00:00', NULL, false, false, NULL),
          ('complexity-leaking', 'complexity', 'LEAKY_BUCKET', 'ENFORCE', 'ACCOUNT', '', 200, 150, NULL, NULL, 60000,
              false, false, NULL),
          ('unlimited', 'requests', 'FIXED_WINDOW', 'ADVISORY', 'ACCOUNT', '', NULL, 9, '2001-01-01 00:00:00',
              '2101-01-01 00:00:00', NULL, false, false, NULL)],
         7, 0, 15, 'S', 0, 1),
        ('a', 'PROJECT', 'p1', 'mem', 1, false, false, '', '2026-11-02 10:30:00', '2026-11-02 10:30:01', NULL,
            '2026-11-02 10:30:02',
         [('requests-per-century', 'requests', 'FIXED_WINDOW', 'ENFORCE', 'PROJECT', 'p1', 100, 103,
             '2001-01-01 00:00:00', '2101-01-01 00:00:00', NULL, true, true, '2101-01-01 00:00:00')],
         7, 0, 15, 'S', 0, 3),
        ('a', 'PROJECT', 'over', 'mem', 1, false, false, '', '2026-11-02 10:30:00', '2026-11-02 10:30:01', NULL,
            '2026-11-02 10:30:02',
         [('requests-per-day', 'requests', 'FIXED_WINDOW', 'ENFORCE', 'PROJECT', 'over', 100, 3,
             '2001-01-01 00:00:00', '2001-01-02 00:00:00', NULL, false, false, NULL)],
         6, 0, 14, 'S', 0, 4),
        ('c', 'ACCOUNT', '', 'mem', 1, false, true, 'abuse', '2026-11-02 10:30:00', '2026-11-02 10:30:01', NULL,
            '2026-11-02 10:30:02',
         [('in-flight', 'requests', 'CONCURRENCY', 'ENFORCE', 'ACCOUNT', '', 5, 2, NULL, NULL, NULL, false, false,
             NULL)], 1, 0, 15, 'S', 0, 2)\
        """;

    private static final String DEAD_LETTERS = """
        INSERT INTO dead_letter
        (source_topic, source_partition, source_offset, reason, detail, appended_at, rejected_at, recorded_at, value,
            record_topic_id, record_partition, record_offset)
        VALUES
        ('ev', 0, 20, 'MALFORMED', 'was 3 bytes', '2026-11-02 10:20:00', '2026-11-02 10:20:01',
            '2026-11-02 10:20:02', 'abc', 'D', 0, 0),
        ('ev', 1, 21, 'MALFORMED', 'was 2 bytes', '2026-11-02 10:20:00', '2026-11-02 10:20:01',
            '2026-11-02 10:20:03', 'ab', 'D', 0, 1),
        ('ev', 1, 22, 'FUTURE_EVENT', 'a year ahead', '2026-11-02 10:20:00', '2026-11-02 10:20:01',
            '2026-11-02 10:20:04', 'x', 'D', 0, 2)\
        """;

    private static final String PLANS = """
        INSERT INTO plan_version
        (plan_id, plan_version, title, checksum, charged_outcomes, effective_from, notice_period_ms, recorded_at,
            limits, record_topic_id, record_partition, record_offset)
        VALUES
        ('mem', 1, 'Mem', 'c', ['SUCCESS'], '2026-01-01 00:00:00', 0, '2026-11-01 00:00:00',
         [('requests-per-minute', 'requests', 100, 'FIXED_WINDOW', 'MINUTE', NULL, 'ACCOUNT', 'ENFORCE', 10000),
          ('requests-per-day', 'requests', 4000, 'FIXED_WINDOW', 'DAY', NULL, 'ACCOUNT', 'ENFORCE', 60000)], 'P', 0, 0)\
        """;

    @Test
    void eventsEndInTheirCorrectedState() throws SQLException {
        new Migrator(clickHouse.config("corrected")).migrate();
        clickHouse.execute("corrected", """
            INSERT INTO request_journal
            (account_id, event_id, verdict, correction_id, endpoint, outcome, producer, attributes, plan_id,
                plan_version, late_limits, occurred_at, appended_at,
             recorded_at, costs, units, duration_ms, source_topic, source_partition, source_offset, record_topic_id,
                 record_partition, record_offset)
            VALUES
            ('corrected', 'amended', 'COUNTED', '', '/get', 'SUCCESS', 'svc', {'region':'eu'}, 'mem', 1, [],
                '2026-10-02 10:00:00', '2026-10-02 10:00:00', '2026-10-02 10:00:01', {'requests':1}, 7, 12, 'ev', 0,
                1, 'J', 0, 100),
            ('corrected', 'amended', 'DUPLICATE', '', '/get', 'SUCCESS', 'svc', {'region':'eu'}, 'mem', 1, [],
                '2026-10-02 10:00:00', '2026-10-02 10:00:00', '2026-10-02 10:00:02', {}, 7, 12, 'ev', 0, 2, 'J', 0,
                101),
            ('corrected', 'amended', 'VOIDED', 'c1', '/get', 'SUCCESS', 'svc', {'region':'eu'}, 'mem', 1, [],
                '2026-10-02 10:00:00', '2026-10-02 10:00:00', '2026-10-02 10:00:03', {'requests':-1}, 7, 12, 'ev', 0,
                1, 'J', 0, 102),
            ('corrected', 'amended', 'AMENDED', 'c1', '/batch', 'SUCCESS', 'svc', {'region':'eu'}, 'mem', 1, [],
                '2026-10-02 10:00:00', '2026-10-02 10:00:00', '2026-10-02 10:00:03', {'requests':3}, 9, 12, 'ev', 0,
                1, 'J', 0, 103),
            ('corrected', 'voided', 'COUNTED', '', '/get', 'SUCCESS', 'svc', {}, 'mem', 1, [], '2026-10-02 10:00:00',
                '2026-10-02 10:00:00', '2026-10-02 10:00:01', {'requests':1}, NULL, 5, 'ev', 0, 3, 'J', 0, 104),
            ('corrected', 'voided', 'VOIDED', 'c2', '/get', 'SUCCESS', 'svc', {}, 'mem', 1, [],
                '2026-10-02 10:00:00', '2026-10-02 10:00:00', '2026-10-02 10:00:03', {'requests':-1}, NULL, 5, 'ev',
                0, 3, 'J', 0, 105),
            ('corrected', 'failed', 'COUNTED', '', '/get', 'SUCCESS', 'svc', {}, 'mem', 1, [], '2026-10-02 10:00:00',
                '2026-10-02 10:00:00', '2026-10-02 10:00:01', {'requests':1}, NULL, 5, 'ev', 0, 4, 'J', 0, 106),
            ('corrected', 'failed', 'VOIDED', 'c3', '/get', 'SUCCESS', 'svc', {}, 'mem', 1, [],
                '2026-10-02 10:00:00', '2026-10-02 10:00:00', '2026-10-02 10:00:03', {'requests':-1}, NULL, 5, 'ev',
                0, 4, 'J', 0, 107),
            ('corrected', 'failed', 'NOT_CONSUMING', 'c3', '/get', 'SERVER_ERROR', 'svc', {}, 'mem', 1, [],
                '2026-10-02 10:00:00', '2026-10-02 10:00:00', '2026-10-02 10:00:03', {}, NULL, 5, 'ev', 0, 4, 'J', 0,
                108),
            ('corrected', 'again', 'COUNTED', '', '/get', 'SUCCESS', 'svc', {}, 'mem', 1, [], '2026-10-02 10:00:00',
                '2026-10-02 10:00:00', '2026-10-02 10:00:01', {'requests':1}, NULL, 5, 'ev', 0, 5, 'J', 0, 109),
            ('corrected', 'again', 'LATE', '', '/get', 'SUCCESS', 'svc', {}, 'mem', 2, ['requests-per-day'],
                '2026-10-02 10:00:00', '2026-11-02 10:00:00', '2026-11-02 10:00:01', {'requests':1}, NULL, 6, 'ev',
                0, 9, 'J', 0, 110)\
            """);

        assertThat(clickHouse.rows("corrected", """
            SELECT event_id, verdict, correction_id, correction_count, endpoint, outcome, producer, attributes,
                costs, units, duration_ms
            FROM usage_event WHERE account_id = 'corrected' ORDER BY event_id\
            """))
                .containsExactly(
                        "('again','COUNTED','',0,'/get','SUCCESS','svc',{},{'requests':1},NULL,5)",
                        "('amended','AMENDED','c1',1,'/batch','SUCCESS','svc',{'region':'eu'},{'requests':3},9,12)",
                        "('failed','NOT_CONSUMING','c3',1,'/get','SERVER_ERROR','svc',{},{},NULL,5)",
                        "('voided','VOIDED','c2',1,'/get','SUCCESS','svc',{},{},NULL,5)");
        assertThat(clickHouse.rows("corrected", """
            SELECT sum(costs['requests']) AS used FROM usage_event WHERE verdict IN ('COUNTED', 'AMENDED')\
            """))
                .isEqualTo(clickHouse.rows(
                        "corrected", "SELECT used FROM usage_by_account_day WHERE meter_id = 'requests'"))
                .containsExactly("(4)");
        assertThat(clickHouse.rows("corrected", """
            SELECT producer, attributes['region'] AS region, sum(costs['requests']) AS used
            FROM request_journal WHERE verdict IN ('COUNTED', 'VOIDED', 'AMENDED') GROUP BY producer,
                region HAVING used != 0 ORDER BY used\
            """))
                .as("usage by producer and label follows without a look at the first entry")
                .containsExactly("('svc','',1)", "('svc','eu',3)");
    }

    @Test
    void usageByAccountAndDayAndMeter() throws SQLException {
        assertThat(view("usage_by_account_day", "account_id, day, meter_id"))
                .containsExactly(
                        "('a','2026-11-01','complexity',0,1)",
                        "('a','2026-11-01','requests',0,1)",
                        "('a','2026-11-02','complexity',41,0)",
                        "('a','2026-11-02','requests',2,0)",
                        "('b','2026-11-02','complexity',1,0)",
                        "('b','2026-11-02','requests',1,0)");
    }

    @Test
    void eventsByAccountAndDay() throws SQLException {
        assertThat(view("events_by_account_day", "account_id, day"))
                .containsExactly(
                        "('a','2026-11-01',0,0,0,0,1,0,0,1)",
                        "('a','2026-11-02',3,1,1,0,0,1,0,6)",
                        "('b','2026-11-02',1,0,0,0,0,0,0,1)");
    }

    @Test
    void usageByProjectByKeyAndByEndpoint() throws SQLException {
        String requestsOfA = "WHERE meter_id = 'requests' AND account_id = 'a' AND day = '2026-11-02'";
        assertThat(clickHouse.rows(
                        DATABASE, "SELECT * FROM usage_by_project_day " + requestsOfA + " ORDER BY project_id"))
                .containsExactly("('a','p1','2026-11-02','requests',1,0)", "('a','p2','2026-11-02','requests',1,0)");
        assertThat(clickHouse.rows(
                        DATABASE, "SELECT * FROM usage_by_api_key_day " + requestsOfA + " ORDER BY api_key_id"))
                .containsExactly("('a','k1','2026-11-02','requests',1,0)", "('a','k2','2026-11-02','requests',1,0)");
        assertThat(clickHouse.rows(
                        DATABASE, "SELECT * FROM usage_by_endpoint_day " + requestsOfA + " ORDER BY endpoint"))
                .containsExactly(
                        "('a','/get','2026-11-02','requests',1,0)", "('a','/mem-it','2026-11-02','requests',1,0)");
    }

    @Test
    void newestTotalOfEachWindow() throws SQLException {
        assertThat(clickHouse.rows(
                        DATABASE,
                        "SELECT account_id, limit_id, used, closed, version FROM window_total ORDER BY"
                                + " account_id, limit_id"))
                .containsExactly(
                        "('a','requests-per-day',2,false,5)",
                        "('a','requests-per-minute',1,true,5)",
                        "('b','requests-per-day',1,false,2)",
                        "('b','requests-per-minute',3,true,2)");
    }

    @Test
    void alertsAndBlocksWithTheirEnd() throws SQLException {
        assertThat(clickHouse.rows(DATABASE, "SELECT limit_event_id FROM limit_event_latest ORDER BY limit_event_id"))
                .containsExactly("('L1')", "('L2')", "('L3')");
        assertThat(clickHouse.rows(
                        DATABASE,
                        "SELECT limit_event_id, kind, used, amount, overshoot, toString(started_at), ended_at,"
                                + " duration_ms, cause FROM limit_episode ORDER BY started_at"))
                .containsExactly(
                        "('L1','SOFT_LIMIT_REACHED',180,200,NULL,'2026-11-02 10:20:01.000',NULL,NULL,'')",
                        "('L2','HARD_LIMIT_REACHED',203,200,3,'2026-11-02 10:20:59.999','2026-11-02 10:21:00.000',1,"
                                + "'WINDOW_ENDED')");
    }

    @Test
    void whatIsLeftNow() throws SQLException {
        assertThat(clickHouse.rows(
                        DATABASE,
                        "SELECT account_id, limit_id, scope_key, used, used_now, amount, remaining_now, soft_reached,"
                                + " hard_reached, blocked, suspended_now FROM current_quota ORDER BY account_id,"
                                + " limit_id"))
                .containsExactly(
                        // Long drained, by whatever clock this runs.
                        "('a','complexity-leaking','',150,0,200,200,false,false,false,false)",
                        "('a','requests-per-century','p1',103,103,100,0,true,true,true,false)",
                        "('a','requests-per-day','',2,0,4000,4000,false,false,false,false)",
                        "('a','unlimited','',9,9,NULL,NULL,false,false,false,false)",
                        "('c','in-flight','',2,2,5,3,false,false,false,true)");
    }

    @Test
    void lateUsage() throws SQLException {
        assertThat(view("late_usage", "account_id, day, limit_id, verdict"))
                .containsExactly(
                        "('a','2026-11-01','requests-per-day','LATE',1,{'complexity':1,'requests':1},40980000)",
                        "('a','2026-11-01','requests-per-minute','LATE',1,{'complexity':1,'requests':1},40980000)",
                        "('a','2026-11-02','requests-per-minute','COUNTED',1,{'complexity':1,'requests':1},120000)");
    }

    @Test
    void deadLettersByReason() throws SQLException {
        assertThat(clickHouse.rows(
                        DATABASE,
                        "SELECT reason, source_topic, day, record_count, toString(last_recorded_at), last_detail"
                                + " FROM dead_letters_by_reason ORDER BY reason"))
                .containsExactly(
                        "('FUTURE_EVENT','ev','2026-11-02',1,'2026-11-02 10:20:04.000','a year ahead')",
                        "('MALFORMED','ev','2026-11-02',2,'2026-11-02 10:20:03.000','was 2 bytes')");
    }

    @Test
    void freshness() throws SQLException {
        // Of five totals in one insert, ClickHouse keeps the newest of each window: four rows stand.
        assertThat(clickHouse.rows(
                        DATABASE,
                        "SELECT table_name, toString(newest_recorded_at), toString(newest_event_at), row_count"
                                + " FROM data_freshness WHERE table_name IN ('request_journal', 'usage_total',"
                                + " 'dead_letter') ORDER BY table_name"))
                .containsExactly(
                        "('dead_letter','2026-11-02 10:20:04.000','2026-11-02 10:20:01.000',3)",
                        "('request_journal','2026-11-02 10:30:00.020','2026-11-02 10:23:00.000',8)",
                        "('usage_total','2026-11-02 10:30:02.000','2026-11-02 10:30:01.000',4)");
        assertThat(clickHouse.rows(
                        DATABASE,
                        "SELECT record_partition, max(max_offset) FROM ingest_position WHERE table_name ="
                                + " 'request_journal' GROUP BY record_partition ORDER BY record_partition"))
                .containsExactly("(0,6)", "(1,0)");
    }

    @Test
    void analystQueries() throws SQLException {
        assertThat(answer("events_per_verdict", NOVEMBER))
                .containsExactly("[COUNTED, 4]", "[DUPLICATE, 1]", "[LATE, 1]", "[NOT_CONSUMING, 1]", "[VOIDED, 1]");
        assertThat(answer("top_accounts_of_day", Map.of("day", "2026-11-02", "meter", "complexity", "top", "1")))
                .containsExactly("[a, 41, 0]");
        assertThat(answer("account_month", Map.of("account", "b", "month", "2026-11-01")))
                .containsExactly("[2026-11-02, complexity, 1, 0]", "[2026-11-02, requests, 1, 0]");
        assertThat(answer(
                        "account_endpoints_of_day", Map.of("account", "a", "day", "2026-11-02", "meter", "complexity")))
                .containsExactly("[/mem-it, 40, 0]", "[/get, 1, 0]");
        assertThat(answer("quota_now", Map.of("account", "a")))
                .extracting(row -> row.substring(1, row.indexOf(',')))
                .startsWith("requests-per-century");
        assertThat(answer("why_blocked", with("account", "a")))
                .hasSize(2)
                .first()
                .asString()
                .contains("HARD_LIMIT_REACHED");
        assertThat(answer("block_latency", NOVEMBER)).containsExactly("[1, 12, 12, 12]");
        assertThat(answer("late_usage", NOVEMBER))
                .containsExactly(
                        "[a, requests-per-day, LATE, 1, 40980000]",
                        "[a, requests-per-minute, COUNTED, 1, 120000]",
                        "[a, requests-per-minute, LATE, 1, 40980000]");
        assertThat(answer("dead_letters", NOVEMBER))
                .hasSize(2)
                .first()
                .asString()
                .startsWith("[MALFORMED, ev, 2");
    }

    /** Account a agrees, minute and day; account b's closed minute says 3 where the journal has 1. */
    @Test
    void reconciliationFindsExactlyTheDrift() throws SQLException {
        List<String> closed = answer("reconcile_totals", with("include_open", "0"));
        assertThat(closed).hasSize(1);
        assertThat(closed.getFirst())
                .startsWith("[b, requests-per-minute, ACCOUNT, ")
                .endsWith("true, 3, 1, 2, DRIFT, 1, 1:7, 1:7]");

        assertThat(answer("reconcile_totals", with("include_open", "1"))).isEqualTo(closed);
        assertThat(answer("reconcile_rollups", NOVEMBER)).isEmpty();
        assertThat(answer("reconcile_positions", Map.of())).isEmpty();
    }

    @Test
    void reconciliationFindsARecordThatStandsTwice() throws SQLException {
        new Migrator(clickHouse.config("doubled")).migrate();
        clickHouse.execute(
                "doubled",
                JOURNAL,
                // The same record again, as a writer without tokens would.
                JOURNAL.replaceFirst("(?s)VALUES.*", "VALUES ")
                        + "('a', 'e9', 'COUNTED', '', '', '/get', 'mem', 1, [], '2026-11-02 10:20:00', '2026-11-02"
                        + " 10:20:00', '2026-11-02 10:20:00', {'requests':1}, 'ev', 0, 16, 'J', 0, 6)");

        assertThat(answer("doubled", "reconcile_positions", Map.of())).containsExactly("[J, 0, 8, 7, 8, 6, 6]");
        assertThat(answer("doubled", "reconcile_rollups", NOVEMBER))
                .as("the rollups hold what the journal holds")
                .isEmpty();
    }

    @Test
    void givenRowsThatAreDeleted_whenTheRollupsAreRead_thenTheyLackTheSameRows() throws SQLException {
        new Migrator(clickHouse.config("deleted")).migrate();
        clickHouse.execute(
                "deleted",
                JOURNAL,
                "ALTER TABLE request_journal DELETE WHERE account_id = 'b' SETTINGS mutations_sync = 1");

        assertThat(clickHouse.rows("deleted", "SELECT DISTINCT account_id FROM usage_by_account_day"))
                .containsExactly("('a')");
        assertThat(answer("deleted", "reconcile_rollups", NOVEMBER)).isEmpty();
        assertThat(answer("deleted", "reconcile_positions", Map.of())).isEmpty();
    }

    /** Nothing that ClickHouse offers makes a projection drift, so a part is damaged by hand. */
    @ParameterizedTest
    @CsvSource({
        "usage_day_account, '[usage_day_account, b, 2026-11-02, COUNTED, '",
        "usage_account_day, '[usage_account_day, b, 2026-11-02, COUNTED, '",
        "usage_day, '[usage_day, , 2026-11-02, COUNTED, '"
    })
    void reconciliationFindsADamagedRollup(String projection, String differenceBegins) throws Exception {
        String damaged = "damaged_" + projection;
        String other = "other_" + projection;
        for (String database : List.of(damaged, other)) {
            new Migrator(clickHouse.config(database)).migrate();
        }
        clickHouse.execute(damaged, JOURNAL);
        clickHouse.execute(other, JOURNAL.replaceFirst("(?s),\n\\('b', 'e1'.*", ""));
        clickHouse.execute(damaged, "DETACH TABLE request_journal");
        copyProjection(part(other), part(damaged), projection);
        clickHouse.execute(damaged, "ATTACH TABLE request_journal");

        assertThat(answer(damaged, "reconcile_rollups", NOVEMBER))
                .hasSize(3)
                .allMatch(row -> row.startsWith(differenceBegins))
                .anyMatch(row -> row.startsWith(differenceBegins + ", "));
    }

    private static Path part(String database) throws IOException {
        try (Stream<Path> parts =
                Files.list(clickHouse.tables().resolve("data").resolve(database).resolve("request_journal"))) {
            return parts.filter(path -> path.getFileName().toString().startsWith("202611_"))
                    .findFirst()
                    .orElseThrow();
        }
    }

    private static void copyProjection(Path from, Path to, String projection) throws IOException {
        Path target = to.resolve(projection + ".proj");
        try (Stream<Path> old = Files.list(target);
                Stream<Path> replacement = Files.list(from.resolve(projection + ".proj"))) {
            for (Path file : old.toList()) {
                Files.delete(file);
            }
            for (Path file : replacement.toList()) {
                Files.copy(file, target.resolve(file.getFileName()));
            }
        }
    }

    @Test
    void everyQueryExplainsItself() {
        assertThat(AnalystQuery.all())
                .hasSizeGreaterThan(10)
                .allMatch(query -> query.description().length() > 20)
                .allMatch(query -> query.parameters().stream()
                        .allMatch(name -> query.description().contains(name)));
    }

    /** Whoever looks for an answer finds the question in one table. */
    @Test
    void everyQueryIsInTheTableOfQuestions() throws IOException {
        String table = Files.readString(Path.of("..", "docs", "questions.md"));
        assertThat(AnalystQuery.all()).allMatch(query -> table.contains("`" + query.name() + "`"));
    }

    private static Map<String, String> with(String key, String value) {
        return Map.of("from_day", "2026-11-01", "to_day", "2026-12-01", key, value);
    }

    private static List<String> view(String name, String order) throws SQLException {
        return clickHouse.rows(DATABASE, "SELECT * FROM " + name + " ORDER BY " + order);
    }

    private static List<String> answer(String query, Map<String, String> parameters) throws SQLException {
        return answer(DATABASE, query, parameters);
    }

    private static List<String> answer(String database, String query, Map<String, String> parameters)
            throws SQLException {
        try (Connection connection = clickHouse.connect(database)) {
            return lines(AnalystQuery.named(query).run(connection, database, parameters));
        }
    }

    private static List<String> lines(AnalystQuery.Answer answer) {
        return answer.rows().stream().map(List::toString).toList();
    }

    @Test
    void givenArraysMapsAndTuples_whenRead_thenTheyAreListsAndMapsHoweverDeep() throws SQLException {
        try (Connection connection = clickHouse.config(DATABASE).dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "SELECT [1, 2] AS numbers, ['a', 'b'] AS texts, map('k', [1]) AS deep, [[1], []] AS nested,"
                                + " tuple(1, 'x') AS pair, CAST([], 'Array(String)') AS none, NULL AS nothing")) {
            AnalystQuery.Answer answer = AnalystQuery.Answer.read(rows);

            assertThat(answer.rows().getFirst().toString())
                    .isEqualTo("[[1, 2], [a, b], {k=[1]}, [[1], []], [1, x], [], null]");
        }
    }
}
