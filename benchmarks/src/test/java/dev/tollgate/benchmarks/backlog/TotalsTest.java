package dev.tollgate.benchmarks.backlog;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.api.Test;

class TotalsTest {
    private static final long MIDNIGHT = Instant.parse("2026-03-01T00:00:00Z").toEpochMilli();

    /** A hundred events lie before midnight, a hundred and fifty behind it. */
    private static final Traffic OVER_MIDNIGHT = new Traffic(250, 1, 0, 1, MIDNIGHT - 1);

    @Test
    void givenEventsOnBothSidesOfMidnight_whenAddedUp_thenEachWindowHasItsOwn() {
        Totals byHand = new Totals();
        for (String limit : new String[] {"requests-per-minute", "requests-per-day"}) {
            long before = limit.endsWith("minute") ? MIDNIGHT - 60_000 : MIDNIGHT - 86_400_000;
            byHand.put(Totals.key(limit, "account-0", before), 100);
            byHand.put(Totals.key(limit, "account-0", MIDNIGHT), 150);
        }
        // Units are 1 to 5 in turn: 15 for five events, and complexity is 2 for each event and 3 for each unit.
        byHand.put(Totals.key("complexity-per-minute", "account-0", MIDNIGHT - 60_000), 100 * 2 + 3 * 20 * 15);
        byHand.put(Totals.key("complexity-per-minute", "account-0", MIDNIGHT), 150 * 2 + 3 * 30 * 15);
        byHand.put(Totals.key("complexity-per-day", "account-0", MIDNIGHT - 86_400_000), 100 * 2 + 3 * 20 * 15);
        byHand.put(Totals.key("complexity-per-day", "account-0", MIDNIGHT), 150 * 2 + 3 * 30 * 15);

        assertThat(Totals.of(OVER_MIDNIGHT, WindowedSum.FOUR).differenceFrom(byHand))
                .isNull();
    }

    @Test
    void givenTheSameSeed_whenAddedUpAgain_thenTotalsAreTheSame_andWithAnotherTheyAreNot() {
        Totals once = Totals.of(new Traffic(1_000, 50, 0.2, 1, MIDNIGHT), WindowedSum.FOUR);

        assertThat(once.differenceFrom(Totals.of(new Traffic(1_000, 50, 0.2, 1, MIDNIGHT), WindowedSum.FOUR)))
                .isNull();
        assertThat(once.differenceFrom(Totals.of(new Traffic(1_000, 50, 0.2, 2, MIDNIGHT), WindowedSum.FOUR)))
                .contains("totals are wrong");
    }

    @Test
    void givenAWrongAMissingAndAnUnknownTotal_whenCompared_thenTheDifferenceNamesThem() {
        Totals expected = new Totals();
        expected.put("a", 1);
        expected.put("b", 2);
        Totals actual = new Totals();
        actual.put("a", 3);
        actual.put("c", 4);

        assertThat(expected.differenceFrom(actual))
                .startsWith("2 of 2 totals are wrong")
                .endsWith("1 are of no event")
                .containsAnyOf("a must be 1, was 3", "b must be 2, was null");
    }

    @Test
    void givenAHotAccount_whenWalkedThrough_thenItHasItsShare() {
        int[] hot = new int[1];
        new Traffic(100_000, 10_000, 0.2, 7, MIDNIGHT).forEach((number, account, atMillis, units) -> {
            hot[0] += account == 0 ? 1 : 0;
        });

        // A fifth, and what account 0 draws of the rest: 1 % of it.
        assertThat(hot[0]).isBetween(20_000, 22_000);
    }
}
