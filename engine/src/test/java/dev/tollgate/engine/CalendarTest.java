package dev.tollgate.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.tollgate.engine.input.AccountChange;
import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.engine.output.LimitEvent.Cause;
import dev.tollgate.engine.output.LimitEvent.Kind;
import dev.tollgate.engine.output.UsageTotal;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Limit;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.planmodel.Plans;
import dev.tollgate.planmodel.time.CalendarOverride;
import dev.tollgate.planmodel.time.WindowAnchor;
import dev.tollgate.planmodel.time.WindowCalendar;
import dev.tollgate.planmodel.time.WindowUnit;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CalendarTest {
    private static final WindowCalendar BERLIN = new WindowCalendar("Europe/Berlin", WindowAnchor.DEFAULT);
    private static final CalendarOverride SYDNEY = new CalendarOverride("Australia/Sydney", null, null, null, null);

    private static long at(String time) {
        return Instant.parse(time).toEpochMilli();
    }

    private static PlanVersion plan(String id, WindowCalendar calendar, Limit... limits) {
        return new PlanVersion(
                id,
                1,
                0,
                0,
                id,
                List.of(TestingPlans.REQUESTS),
                List.of(limits),
                List.of(),
                PlanVersion.DEFAULT_CONSUMPTION,
                calendar);
    }

    private static Limit perDay(long amount) {
        return Limit.enforced("per-day", "requests", amount, new Algorithm.FixedWindow(WindowUnit.DAY));
    }

    private static List<String> windows(TestingAccount account) {
        return account.snapshot(0).buckets().stream()
                .map(bucket -> Instant.ofEpochMilli(bucket.windowStartMillis()) + " "
                        + Instant.ofEpochMilli(bucket.windowEndMillis()) + " " + bucket.used())
                .toList();
    }

    @Test
    void givenAPlanInATimeZone_whenClocksChange_thenTheDayIsTheirDay() {
        TestingAccount account = TestingAccount.on(plan("berlin", BERLIN, perDay(100)));

        account.calls("e", 3, at("2026-03-29T20:00:00Z"));

        assertThat(windows(account)).containsExactly("2026-03-28T23:00:00Z 2026-03-29T22:00:00Z 3");
    }

    @Test
    void givenWindowsOfSeveralUnits_whenCallsCome_thenEachIsCountedInItsWindow() {
        TestingAccount account = TestingAccount.on(plan(
                "api",
                WindowCalendar.UTC,
                Limit.enforced("quarter-hour", "requests", 900, new Algorithm.FixedWindow(15, WindowUnit.MINUTE)),
                Limit.enforced("week", "requests", 900, new Algorithm.FixedWindow(WindowUnit.WEEK)),
                Limit.enforced("quarter", "requests", 900, new Algorithm.FixedWindow(3, WindowUnit.MONTH)),
                Limit.enforced("year", "requests", 900, new Algorithm.FixedWindow(WindowUnit.YEAR))));

        account.calls("e", 2, at("2026-11-29T15:29:00Z"));
        account.calls("f", 1, at("2026-11-29T15:30:00Z"));

        assertThat(windows(account))
                .containsExactly(
                        "2026-11-29T15:30:00Z 2026-11-29T15:45:00Z 1",
                        "2026-11-23T00:00:00Z 2026-11-30T00:00:00Z 3",
                        "2026-10-01T00:00:00Z 2027-01-01T00:00:00Z 3",
                        "2026-01-01T00:00:00Z 2027-01-01T00:00:00Z 3");
        assertThat(AccountState.decode(account.state.encode())).isEqualTo(account.state);
    }

    @Test
    void givenARunningDay_whenTheAccountGetsATimeZone_thenTheDayEndsAndItsUsageCountsInTheOneThatFollows() {
        TestingAccount account = TestingAccount.on(plan("utc", WindowCalendar.UTC, perDay(10)));
        account.calls("e", 8, at("2026-11-28T10:00:00Z"));

        account.command(at("2026-11-28T20:00:00Z"), new AccountChange.CalendarSet(SYDNEY));
        account.call("f", at("2026-11-28T21:00:00Z"));

        // In Sydney it is the 29th since 13:00Z; the day began at the change and ends at Sydney's midnight.
        assertThat(windows(account)).containsExactly("2026-11-28T20:00:00Z 2026-11-29T13:00:00Z 9");
        LimitEvent soft = account.only(Kind.SOFT_LIMIT_REACHED);
        assertThat(soft.provenance().sourceId()).isEqualTo("f");
        LimitEvent changed = account.only(Kind.CALENDAR_CHANGED);
        assertThat(((LimitEvent.CalendarChanged) changed).calendar())
                .isEqualTo(new WindowCalendar("Australia/Sydney", WindowAnchor.DEFAULT));
        assertThat(account.snapshot(0).calendar())
                .isEqualTo(new WindowCalendar("Australia/Sydney", WindowAnchor.DEFAULT));

        account.call("g", at("2026-11-29T13:00:00Z"));
        assertThat(windows(account)).containsExactly("2026-11-29T13:00:00Z 2026-11-30T13:00:00Z 1");
        account.call("h", at("2026-12-02T13:00:00Z"));
        // What is carried over is in no total twice.
        assertThat(account.totals)
                .filteredOn(UsageTotal::closed)
                .extracting(UsageTotal::used)
                .containsExactly(8L, 1L, 1L);
    }

    @Test
    void givenABlock_whenTheCalendarChanges_thenItEndsAndHoldsAgainUntilTheEndOfTheNewDay() {
        TestingAccount account = TestingAccount.on(plan("utc", WindowCalendar.UTC, perDay(10)));
        account.calls("e", 10, at("2026-11-28T10:00:00Z"));
        account.forget();

        account.command(at("2026-11-28T20:00:00Z"), new AccountChange.CalendarSet(SYDNEY));
        account.call("f", at("2026-11-28T20:00:00Z"));

        assertThat(account.kinds())
                .containsExactly(
                        Kind.CALENDAR_CHANGED,
                        Kind.SOFT_LIMIT_REACHED,
                        Kind.HARD_LIMIT_REACHED,
                        Kind.LIMIT_CLEARED,
                        Kind.LIMIT_CLEARED);
        assertThat(account.only(Kind.HARD_LIMIT_REACHED).blockedUntilMillis()).isEqualTo(at("2026-11-29T13:00:00Z"));
        assertThat(account.limitEvents.getLast().cause()).isEqualTo(Cause.CALENDAR_CHANGED);
    }

    @Test
    void givenAChangeAtAMidnightOfTheNewTimeZone_whenItTakesEffect_thenTheNewDayBeginsWithNothing() {
        TestingAccount account = TestingAccount.on(plan("utc", WindowCalendar.UTC, perDay(10)));
        account.calls("e", 8, at("2026-11-28T10:00:00Z"));

        account.command(at("2026-11-28T13:00:00Z"), new AccountChange.CalendarSet(SYDNEY));
        account.call("f", at("2026-11-28T14:00:00Z"));

        assertThat(windows(account)).containsExactly("2026-11-28T13:00:00Z 2026-11-29T13:00:00Z 1");
    }

    @Test
    void givenABillingDay_whenItIsTakenBack_thenThePlansCalendarHoldsAgain() {
        TestingAccount account = TestingAccount.on(plan(
                "utc",
                WindowCalendar.UTC,
                Limit.enforced("per-month", "requests", 100, new Algorithm.FixedWindow(WindowUnit.MONTH))));
        account.command(
                at("2026-01-01T00:00:00Z"),
                new AccountChange.CalendarSet(new CalendarOverride(null, null, 31, null, 6)));
        account.call("e", at("2026-02-28T07:00:00Z"));
        assertThat(windows(account)).containsExactly("2026-02-28T06:00:00Z 2026-03-31T06:00:00Z 1");

        account.command(at("2026-03-10T00:00:00Z"), new AccountChange.CalendarSet(CalendarOverride.NONE));
        account.call("f", at("2026-03-11T00:00:00Z"));

        assertThat(windows(account)).containsExactly("2026-03-10T00:00:00Z 2026-04-01T00:00:00Z 2");
        assertThat(account.snapshot(0).calendar()).isNull();
    }

    @Test
    void givenAPlanOfAnotherTimeZone_whenTheAccountComesToIt_thenUsageCountsOnAndWindowsOfHoursStay() {
        Limit perHour = Limit.enforced("per-hour", "requests", 100, new Algorithm.FixedWindow(WindowUnit.HOUR));
        TestingAccount account = TestingAccount.on(
                plan("utc", WindowCalendar.UTC, perDay(10), perHour), plan("berlin", BERLIN, perDay(20), perHour));
        account.calls("e", 5, at("2026-11-28T10:00:00Z"));

        account.command(at("2026-11-28T10:30:00Z"), new AccountChange.PlanAssigned("berlin", AccountChange.Carry.KEEP));
        account.call("f", at("2026-11-28T10:40:00Z"));

        assertThat(windows(account))
                .containsExactly(
                        "2026-11-28T10:30:00Z 2026-11-28T23:00:00Z 6", "2026-11-28T10:00:00Z 2026-11-28T11:00:00Z 6");
    }

    @Test
    void givenACalendarFromThePast_whenItBecomesKnown_thenWhatWasCountedStaysWhereItWasCounted() {
        TestingAccount account = TestingAccount.on(plan("utc", WindowCalendar.UTC, perDay(10)));
        account.call("e", at("2026-11-28T20:00:00Z"));

        account.command(at("2026-11-28T01:00:00Z"), new AccountChange.CalendarSet(SYDNEY));
        account.call("late", at("2026-11-28T19:00:00Z"));
        account.call("f", at("2026-11-28T20:00:01Z"));

        assertThat(windows(account)).containsExactly("2026-11-28T20:00:00.001Z 2026-11-29T13:00:00Z 3");
    }

    @Test
    void givenTwoVersionsOfAPlan_whenTheirCalendarsDiffer_thenTheCatalogRejectsThem() {
        PlanVersion moved = new PlanVersion(
                "utc",
                2,
                at("2027-01-01T00:00:00Z"),
                0,
                "utc",
                List.of(TestingPlans.REQUESTS),
                List.of(perDay(10)),
                List.of(),
                Set.copyOf(PlanVersion.DEFAULT_CONSUMPTION),
                BERLIN);

        assertThat(catchThrowable(() -> Plans.of(plan("utc", WindowCalendar.UTC, perDay(10)), moved)))
                .hasMessage(
                        "plan utc: the time zone or anchor changes between versions 1 and 2; make another plan of it"
                                + " and assign the accounts");
    }

    @Test
    void givenACallThatReachesSeveralLimits_whenItIsJudged_thenEveryWarningIsSaidBeforeAnyBlock() {
        TestingAccount account = TestingAccount.on(plan(
                "api",
                WindowCalendar.UTC,
                Limit.enforced("per-minute", "requests", 2, TestingPlans.MINUTE),
                Limit.enforced("per-hour", "requests", 2, new Algorithm.FixedWindow(WindowUnit.HOUR)),
                Limit.enforced("per-week", "requests", 2, new Algorithm.FixedWindow(WindowUnit.WEEK))));

        account.calls("e", 2, at("2026-11-28T10:00:00Z"));

        assertThat(account.said)
                .containsExactly(
                        "COUNTED e0",
                        "COUNTED e1",
                        "SOFT_LIMIT_REACHED per-minute 2",
                        "SOFT_LIMIT_REACHED per-hour 2",
                        "SOFT_LIMIT_REACHED per-week 2",
                        "HARD_LIMIT_REACHED per-minute 2",
                        "HARD_LIMIT_REACHED per-hour 2",
                        "HARD_LIMIT_REACHED per-week 2");
    }
}
