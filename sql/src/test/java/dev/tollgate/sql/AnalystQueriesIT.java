package dev.tollgate.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The questions that people ask, against a small set of books whose answers can be told by hand. {@code ViewsIT} asks
 * those that read little but a view.
 */
final class AnalystQueriesIT {
    private static final String DATABASE = "questions";
    private static final Map<String, String> NOVEMBER = Map.of("from_day", "2026-11-01", "to_day", "2026-12-01");

    @SuppressWarnings("NullAway.Init") // Set before the first test.
    private static TestingClickHouse clickHouse;

    @BeforeAll
    static void start() throws SQLException {
        clickHouse = new TestingClickHouse();
        new Migrator(clickHouse.config(DATABASE)).migrate();
        clickHouse.execute(DATABASE, JOURNAL, LIMIT_EVENTS, STATES);
    }

    @AfterAll
    static void stop() {
        clickHouse.close();
    }

    /**
     * Account, id, verdict, project, key, endpoint, outcome, service, plan, version, times, costs, duration, position.
     */
    private static final String JOURNAL = """
        INSERT INTO request_journal
        (account_id, event_id, verdict, correction_id, project_id, api_key_id, endpoint, outcome, producer, plan_id,
         plan_version, occurred_at, appended_at, recorded_at, costs, duration_ms, source_topic, source_partition,
         source_offset, record_topic_id, record_partition, record_offset)
        VALUES
        ('a', 'e1', 'COUNTED', '', 'p1', 'k1', '/mem-it', 'SUCCESS', 'svc', 'mem', 1, '2026-11-02 10:00:00.000',
            '2026-11-02 10:00:00.001', '2026-11-02 10:00:00.002', {'requests':1,'complexity':40}, 1000, 'ev', 0, 0,
            'J', 0, 0),
        ('a', 'e2', 'COUNTED', '', 'p1', 'k1', '/mem-it', 'SUCCESS', 'svc', 'mem', 1, '2026-11-02 10:00:00.500',
            '2026-11-02 10:00:00.501', '2026-11-02 10:00:00.502', {'requests':1,'complexity':40}, 1000, 'ev', 0, 1,
            'J', 0, 1),
        ('a', 'e3', 'COUNTED', '', 'p2', 'k2', '/get', 'SUCCESS', 'svc', 'mem', 1, '2026-11-02 10:00:01.000',
            '2026-11-02 10:00:01.001', '2026-11-02 10:00:01.002', {'requests':1,'complexity':20}, 800, 'ev', 0, 2, 'J',
            0, 2),
        ('a', 'e4', 'COUNTED', '', 'p2', 'k2', '/get', 'SUCCESS', 'svc', 'mem', 2, '2026-11-02 11:30:00.000',
            '2026-11-02 11:30:00.001', '2026-11-02 11:30:00.002', {'requests':1,'complexity':1}, NULL, 'ev', 0, 3, 'J',
            0, 3),
        ('a', 'e4', 'VOIDED', 'c1', 'p2', 'k2', '/get', 'SUCCESS', 'svc', 'mem', 2, '2026-11-02 11:30:00.000',
            '2026-11-02 11:30:00.001', '2026-11-02 12:00:00.000', {'requests':-1,'complexity':-1}, NULL, 'ev', 0, 3,
            'J', 0, 4),
        ('a', 'e5', 'NOT_CONSUMING', '', 'p2', 'k2', '/get', 'SERVER_ERROR', 'svc', 'mem', 1,
            '2026-11-02 10:00:02.000', '2026-11-02 10:00:02.001', '2026-11-02 10:00:02.002', {}, 5, 'ev', 0, 4, 'J', 0,
            5),
        ('b', 'l1', 'LATE', '', '', '', '/get', 'SUCCESS', 'batch', 'none', 0, '2026-11-01 00:00:00.000',
            '2026-11-03 00:00:00.000', '2026-11-03 00:00:00.001', {'requests':1}, NULL, 'ev', 1, 0, 'J', 1, 0),
        ('b', 'l2', 'COUNTED', '', '', '', '/get', 'SUCCESS', 'batch', 'none', 0, '2026-11-03 00:00:00.000',
            '2026-11-03 00:00:00.000', '2026-11-03 00:00:00.001', {'requests':3}, NULL, 'ev', 1, 1, 'J', 1, 1),
        -- In Kathmandu (+05:45) November begins at 18:15 UTC of 31 October and ends at 18:15 UTC of 30 November.
        ('n', 'n1', 'COUNTED', '', 'p1', '', '/get', 'SUCCESS', 'svc', 'mem', 1, '2026-10-31 18:14:59.999',
            '2026-10-31 18:15:00.000', '2026-10-31 18:15:00.001', {'requests':1}, NULL, 'ev', 1, 2, 'J', 1, 2),
        ('n', 'n2', 'COUNTED', '', 'p1', '', '/get', 'SUCCESS', 'svc', 'mem', 1, '2026-10-31 18:15:00.000',
            '2026-10-31 18:15:00.001', '2026-10-31 18:15:00.002', {'requests':10}, NULL, 'ev', 1, 3, 'J', 1, 3),
        ('n', 'n3', 'COUNTED', '', 'p2', '', '/get', 'SUCCESS', 'svc', 'mem', 1, '2026-11-30 18:14:59.999',
            '2026-11-30 18:15:00.000', '2026-11-30 18:15:00.001', {'requests':100}, NULL, 'ev', 1, 4, 'J', 1, 4),
        ('n', 'n4', 'COUNTED', '', 'p2', '', '/get', 'SUCCESS', 'svc', 'mem', 1, '2026-11-30 18:15:00.000',
            '2026-11-30 18:15:00.001', '2026-11-30 18:15:00.002', {'requests':1000}, NULL, 'ev', 1, 5, 'J', 1, 5)\
        """;

    /** Two limits of account a blocked from 10:00 to 10:02 and from 10:01 to 10:05; one of b goes on. */
    private static final String LIMIT_EVENTS = """
        INSERT INTO limit_event
        (account_id, limit_event_id, kind, limit_id, meter_id, mode, scope, scope_key, plan_id, plan_version, cause,
         event_time, blocked_until, decided_at, recorded_at, used, amount, overshoot, cleared_event_id, version,
         record_topic_id, record_partition, record_offset)
        VALUES
        ('a', 'B1', 'HARD_LIMIT_REACHED', 'minute', 'requests', 'ENFORCE', 'ACCOUNT', '', 'mem', 1, '',
            '2026-11-02 10:00:00', '2026-11-02 10:02:00', '2026-11-02 10:00:00', '2026-11-02 10:00:00', 10, 10, NULL,
            '', 1, 'L', 0, 0),
        ('a', 'B2', 'HARD_LIMIT_REACHED', 'hour', 'requests', 'ENFORCE', 'ACCOUNT', '', 'mem', 1, '',
            '2026-11-02 10:01:00', '2026-11-02 11:00:00', '2026-11-02 10:01:00', '2026-11-02 10:01:00', 107, 100, 7,
            '', 2, 'L', 0, 1),
        ('a', 'C1', 'LIMIT_CLEARED', 'minute', 'requests', 'ENFORCE', 'ACCOUNT', '', 'mem', 1, 'WINDOW_ENDED',
            '2026-11-02 10:02:00', NULL, '2026-11-02 10:02:00', '2026-11-02 10:02:00', 10, 10, NULL, 'B1', 3, 'L', 0,
            2),
        ('a', 'C2', 'LIMIT_CLEARED', 'hour', 'requests', 'ENFORCE', 'ACCOUNT', '', 'mem', 1, 'OVERRIDE_CHANGED',
            '2026-11-02 10:05:00', NULL, '2026-11-02 10:05:00', '2026-11-02 10:05:00', 107, 200, NULL, 'B2', 4, 'L',
            0, 3),
        ('b', 'B3', 'HARD_LIMIT_REACHED', 'minute', 'requests', 'ENFORCE', 'ACCOUNT', '', 'mem', 1, '',
            '2026-11-30 23:59:00', '2026-12-01 00:09:00', '2026-11-30 23:59:00', '2026-11-30 23:59:00', 12, 10, 2,
            '', 1, 'L', 1, 0)\
        """;

    private static final String STATES = """
        INSERT INTO account_state
        (account_id, scope, scope_key, plan_id, plan_version, stream_time, as_of, recorded_at, buckets, version,
         source_partition, source_offset, record_topic_id, record_partition, record_offset)
        VALUES
        ('a', 'ACCOUNT', '', 'mem', 1, '2026-11-02 11:30:00', '2026-11-02 11:30:00', '2026-11-02 11:30:00',
         [('day', 'requests', 'FIXED_WINDOW', 'ENFORCE', 'ACCOUNT', '', 10, 4, '2026-11-02 00:00:00',
             '2026-11-03 00:00:00', NULL, false, false, NULL),
          ('month', 'requests', 'FIXED_WINDOW', 'ENFORCE', 'ACCOUNT', '', 100000, 4, '2026-11-01 00:00:00',
             '2026-12-01 00:00:00', NULL, false, false, NULL),
          ('minute', 'requests', 'FIXED_WINDOW', 'ENFORCE', 'ACCOUNT', '', 5, 5, '2026-11-02 11:30:00',
             '2026-11-02 11:31:00', NULL, true, true, '2026-11-02 11:31:00')], 9, 0, 3, 'S', 0, 0),
        ('a', 'API_KEY', 'k1', 'mem', 1, '2026-11-02 11:30:00', '2026-11-02 11:30:00', '2026-11-02 11:30:00',
         [('key-day', 'requests', 'FIXED_WINDOW', 'ENFORCE', 'API_KEY', 'k1', 8, 2, '2026-11-02 00:00:00',
             '2026-11-03 00:00:00', NULL, false, false, NULL)], 9, 0, 3, 'S', 0, 1)\
        """;

    @Test
    void whoReachesALimitAtThisPace() throws SQLException {
        // Four calls since nine, of which one was taken back: three in four hours; six are left, which last eight
        // hours.
        assertThat(answer("limit_forecast", Map.of("at", "2026-11-02 12:00:00.000", "hours", "4")))
                .containsExactly("[a, day, 4, 10, 0.75, 2026-11-02T20:00:00Z, 2026-11-03T00:00:00Z]");
        assertThat(answer("limit_forecast", Map.of("at", "2026-11-02 12:00:00.000", "hours", "1")))
                .as("nothing in the last hour")
                .isEmpty();
    }

    @Test
    void whoIsClosestToALimit() throws SQLException {
        assertThat(answer("closest_to_limit", Map.of("at", "2026-11-02 12:00:00.000", "top", "2")))
                .containsExactly(
                        "[a, day, , 4, 10, 40.0, 2026-11-03T00:00:00Z]",
                        "[a, key-day, k1, 2, 8, 25.0, 2026-11-03T00:00:00Z]");
        assertThat(answer("closest_to_limit", Map.of("at", "2026-11-02 11:30:30.000", "top", "1")))
                .containsExactly("[a, minute, , 5, 5, 100.0, 2026-11-02T11:31:00Z]");
    }

    @Test
    void whichKeyUsesUpASharedAccount() throws SQLException {
        assertThat(answer("account_keys", november("account", "a", "meter", "complexity")))
                .containsExactly("[k1, 80, 80.0]", "[k2, 20, 20.0]");
    }

    @Test
    void invoiceMonthOfACustomerInKathmandu() throws SQLException {
        assertThat(answer(
                        "invoice_by_project",
                        Map.of("account", "n", "month", "2026-11-01", "time_zone", "Asia/Kathmandu")))
                .containsExactly("[p1, requests, 10, 0]", "[p2, requests, 100, 0]");
        assertThat(answer("invoice_by_project", Map.of("account", "n", "month", "2026-11-01", "time_zone", "UTC")))
                .containsExactly("[p2, requests, 1100, 0]");
    }

    @Test
    void howMuchIsLateAndHowMuchIsTakenBack() throws SQLException {
        assertThat(answer("late_and_void", november("meter", "requests")))
                .containsExactly("[a, 4, 0, 1, 0.0, 25.0]", "[b, 3, 1, 0, 25.0, 0.0]");
    }

    @Test
    void howLongAccountsAreBlocked() throws SQLException {
        assertThat(answer("block_minutes", NOVEMBER)).containsExactly("[a, 5.0, 2, 0]", "[b, 1.0, 1, 1]");
        assertThat(answer("block_minutes", Map.of("from_day", "2026-12-01", "to_day", "2027-01-01")))
                .as("what began before and goes on")
                .containsExactly("[b, 9.0, 1, 1]");
    }

    @Test
    void howManyCallsAreInFlightAtOnce() throws SQLException {
        assertThat(answer("peak_concurrency", november("account", "a")))
                .as("09:59:59.000 to 10:00:00.000, 09:59:59.500 to 10:00:00.500, 10:00:00.200 to 10:00:01.000")
                .containsExactly("[2, 2026-11-02T09:59:59.500Z, 4]");
        assertThat(answer("peak_concurrency", november("account", "b"))).containsExactly("[0, null, 0]");
    }

    @Test
    void whatAnEndpointCosts() throws SQLException {
        assertThat(answer("endpoint_costs", november("meter", "complexity")))
                .startsWith("[/mem-it, 2, 80, 40.0, 40]")
                .hasSize(2);
        assertThat(answer("endpoint_costs", november("meter", "requests"))).contains("[/mem-it, 2, 2, 1.0, 1]");
    }

    @Test
    void howFarPastALimitBlocksCome() throws SQLException {
        assertThat(answer("overshoot", NOVEMBER))
                .containsExactly("[mem, hour, 1, 1, 7, 7, 7]", "[mem, minute, 2, 1, 2, 2, 2]");
    }

    @Test
    void whoseUsageChanges() throws SQLException {
        assertThat(answer("usage_change", Map.of("meter", "requests", "from_day", "2026-11-03", "days", "2")))
                .containsExactly("[a, 3, 0, -3]", "[b, 0, 3, 3]");
    }

    @Test
    void usageByPlan() throws SQLException {
        assertThat(answer("usage_by_plan", november("meter", "requests")))
                .containsExactly("[mem, 1, 2, 5, 1103]", "[none, 0, 1, 1, 3]", "[mem, 2, 1, 1, 0]");
    }

    @Test
    void hoursOfTheDayInATimeZone() throws SQLException {
        assertThat(answer("hours_of_day", november("account", "n", "meter", "requests", "time_zone", "Asia/Kathmandu")))
                .containsExactly("[0, 1, 10]", "[23, 1, 100]");
    }

    @Test
    void whatBecameOfTheCallsOfEachService() throws SQLException {
        assertThat(answer("outcomes_by_producer", NOVEMBER))
                .containsExactly(
                        "[batch, SUCCESS, 2, 100.0]", "[svc, SUCCESS, 6, 85.7]", "[svc, SERVER_ERROR, 1, 14.3]");
    }

    private static Map<String, String> november(String... more) {
        Map<String, String> parameters = new HashMap<>(NOVEMBER);
        for (int i = 0; i < more.length; i += 2) {
            parameters.put(more[i], more[i + 1]);
        }
        return parameters;
    }

    private static List<String> answer(String query, Map<String, String> parameters) throws SQLException {
        try (Connection connection = clickHouse.connect(DATABASE)) {
            return AnalystQuery.named(query).run(connection, DATABASE, parameters).rows().stream()
                    .map(List::toString)
                    .toList();
        }
    }
}
