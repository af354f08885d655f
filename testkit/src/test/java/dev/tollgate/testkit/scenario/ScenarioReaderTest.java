package dev.tollgate.testkit.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScenarioReaderTest {
    private static final String HEAD = "scenario x\nplans plans/mem.yaml\nday 2026-03-10\n";

    @Test
    void givenScenario_whenRead_thenStepsSayWhatHappensAndWhatFollows() {
        Scenario scenario = ScenarioReader.read("""
            # A remark.
            scenario  Two calls a day
            plans     plans/mem.yaml
            day       2026-03-10

            12:00:00.250  call m POST /v2/mem-it times=2 every=1m key=k happened=11:59 show=costs
                          =   2 counted
                          > alert: rpm has used 2 of 2

            day       2026-03-11
            08:00  suspend until=2026-03-12T00:00:00Z reason="too many calls"
            08:00  ask POST /v2/mem-it
                   ? denied 403 SUSPENDED
            """, "x.txt");

        assertThat(scenario.file()).isEqualTo("x.txt");
        assertThat(scenario.title()).isEqualTo("Two calls a day");
        assertThat(scenario.plans()).isEqualTo("plans/mem.yaml");
        assertThat(scenario.steps()).hasSize(3);
        Scenario.Step call = scenario.steps().get(0);
        assertThat(call.line()).isEqualTo(6);
        assertThat(call.verb()).isEqualTo(Verb.CALL);
        assertThat(call.timeOf(1)).isEqualTo(millis("2026-03-10T12:01:00.250Z"));
        assertThat(call.happenedAt(1)).isEqualTo(millis("2026-03-10T12:00:00Z"));
        assertThat(call.idOf(1)).isEqualTo("m-2");
        assertThat(call.argumentsFrom(1, "/any")).isEqualTo("POST /v2/mem-it");
        assertThat(call.text("key")).isEqualTo("k");
        assertThat(call.shows("costs")).isTrue();
        assertThat(call.expected()).containsExactly("= 2 counted", "> alert: rpm has used 2 of 2");
        Scenario.Step suspend = scenario.steps().get(1);
        assertThat(suspend.timeMillis()).isEqualTo(millis("2026-03-11T08:00:00Z"));
        assertThat(suspend.time("until")).isEqualTo(millis("2026-03-12T00:00:00Z"));
        assertThat(suspend.text("reason")).isEqualTo("too many calls");
        assertThat(scenario.steps().get(2).expected()).containsExactly("? denied 403 SUSPENDED");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "12:00:00 shout a         | what happens must be one of call, start, ask, assign, override, exempt,"
                        + " calendar, suspend, reinstate, void, amend, wait; was 'shout'",
                "noon call a              | a line must begin with a time such as 12:00:00.250, with 'scenario',"
                        + " 'plans' or 'day', or with #, =, > or ?; was 'noon'",
                "12:00:00 call            | the line must read 'call ID [ENDPOINT] [project=…]",
                "12:00:00 assign a b      | the line must read 'assign PLAN [keep|reset|scale]",
                "12:00:00 override rpm x  | the line must read 'override LIMIT AMOUNT|unlimited|none",
                "12:00:00 exempt maybe    | the line must read 'exempt yes|no",
                "12:00:00 suspend me      | the line must read 'suspend [until=…]",
                "12:00:00 call a colour=1 | 'colour' is no option here: call ID [ENDPOINT] [project=…]",
                "12:00:00 call a units=-1 | units must be a whole number, was '-1'",
                "12:00:00 call a times=0  | times must be 1 to 100000, was '0'",
                "12:00:00 call a every=5  | every must be a time such as 100ms, 2s, 5m or 1h, was '5'",
                "12:00:00 call a key=a key=b | key is given twice",
                "12:00:00 call a key=     | key must have a value",
                "12:00:00 call a outcome=lost | outcome must be one of [auth_failed, invalid, limited, server_error,"
                        + " success], was 'lost'",
                "12:00:00 call a show=headers | show must be 'costs' here, was 'headers'",
                "12:00:00 suspend until=soon | until must be a time such as 12:00:00 or 2026-03-10T12:00:00Z, was"
                        + " 'soon'",
                "day 2026-13-01           | a day must be written as 2026-03-10, was '2026-13-01'",
                "= counted                | a line that begins with =, > or ? must stand under one that says what"
                        + " happened",
                "plans                    | the line must read 'plans FILE'"
            })
    void givenMistake_whenRead_thenTheMessageNamesFileLineAndWhatIsAllowed(String line, String message) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScenarioReader.read(HEAD + "\n" + line, "x.txt"))
                .withMessageStartingWith("x.txt:5: " + message);
    }

    @Test
    void givenLinesThatContradictWhatIsAboveThem_whenRead_thenTheyAreRejected() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScenarioReader.read(
                        HEAD + "12:00:00 call a times=3 every=1s\n? allowed\n12:00:01 call b\n= counted", "x.txt"))
                .withMessage("""
                    x.txt:5: a line that begins with ? must stand under an 'ask', not a 'call'
                    x.txt:6: a line must not lie before the end of the one before it, 2026-03-10T12:00:02Z; a call \
                    that the log takes late says happened=12:00:01\
                    """);
    }

    @Test
    void givenSeveralMistakes_whenRead_thenEachIsNamedOnce() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScenarioReader.read("12:00:00 call a\n= counted\nday today", "x.txt"))
                .withMessage("""
                    x.txt:1: a line 'day YYYY-MM-DD' must come before the first time
                    x.txt:3: a day must be written as 2026-03-10, was 'today'
                    x.txt: a line 'scenario TITLE' must say what the scenario shows
                    x.txt: a line 'plans FILE' must name the plan catalog, such as plans/mem.yaml\
                    """);
    }

    @Test
    void givenNameThatIsNotShipped_whenRead_thenItIsNamed() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ScenarioReader.shipped("nothing"))
                .withMessage("there is no file 'nothing.txt' among the scenarios");
    }

    @Test
    void givenWords_whenSaid_thenTheyReadAsTheLanguageSays() {
        ScenarioFormat words = new ScenarioFormat(millis("2026-03-10T12:00:00Z"));

        assertThat(List.of(
                        ScenarioFormat.verdict("OVER_CALL_LIMIT", 3, "", null),
                        ScenarioFormat.verdict("COUNTED", 1, "rpm", Map.of("requests", 1L, "credits", 5L)),
                        ScenarioFormat.verdict("NOT_CONSUMING", 1, "", Map.of()),
                        words.limit("block", "rpm", "k", 11, 10L, null, millis("2026-03-11T00:00:00Z"), null),
                        words.limit("cleared", "rpm", "", 9, null, "90 % used", null, "WINDOW_ENDED"),
                        words.total("rpm", "k", millis("2026-03-10T11:59:00Z"), 3, null),
                        words.suspended(null, "abuse"),
                        ScenarioFormat.denied(429, "RATE_LIMITED", "rpm", 12)))
                .containsExactly(
                        "= 3 over call limit",
                        "= counted, late for rpm, costs credits 5, requests 1",
                        "= not consuming, costs nothing",
                        "> block: rpm of k has used 11 of 10 until 2026-03-11 00:00",
                        "> cleared: rpm has used 9 of unlimited (90 % used), window ended",
                        "> total: rpm of k from 11:59 used 3 of unlimited",
                        "> suspended until reinstated (abuse)",
                        "? denied 429 RATE_LIMITED by rpm, retry after 12 s");
    }

    private static long millis(String time) {
        return Instant.parse(time).toEpochMilli();
    }
}
