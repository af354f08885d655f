package dev.tollgate.sink.internal.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.sink.internal.clickhouse.OffsetRange;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a partition begins, for each way in which log, table and ledger can stand to each other. */
final class StartPlanTest {
    /** committed, stored, begin of the log, end of the table: position, looked up to, lost from and to. */
    @ParameterizedTest
    @CsvSource(nullValues = "-", textBlock = """
        -,  -,  0,  0,   0,  0,  -,  -
        -,  -,  7,  0,   7,  0,  0,  7
        -,  -,  7,  5,   7,  0,  5,  7
        -,  -,  7,  9,   7,  9,  -,  -
        9,  9,  0,  9,   9,  0,  -,  -
        9,  7,  0,  7,   9,  0,  -,  -
        9,  7,  8,  7,   9,  0,  -,  -
        9,  7,  9,  7,   9,  0,  -,  -
        9,  7, 12,  7,  12,  0,  9, 12
        9,  9, 12,  9,  12,  0,  9, 12
        9,  9, 12, 10,  12,  0, 10, 12
        9,  9, 12, 15,  12, 15,  -,  -
        9,  9,  0,  0,   0,  9,  -,  -
        9,  9,  3,  0,   3,  9,  0,  3
        9,  9,  3,  5,   5,  9,  -,  -
        9,  7,  3,  5,   5,  7,  -,  -
        9,  9,  9,  5,   9,  0,  5,  9
        9,  9, 12,  5,  12,  0,  5, 12
        9,  9,  0, 15,   9, 15,  -,  -
        """)
    void givenNoIntent_whenDecided_thenNothingIsLeftOutAndNothingIsTakenForGranted(
            @Nullable Long committed,
            @Nullable Long stored,
            long begin,
            long tableEnd,
            long position,
            long verifyTo,
            @Nullable Long lostFrom,
            @Nullable Long lostTo) {
        Ledger ledger = committed == null || stored == null ? null : new Ledger(committed, 0, 0, stored, 4);

        StartPlan plan = StartPlan.of(ledger, begin, tableEnd, true);

        assertThat(plan)
                .isEqualTo(new StartPlan(
                        position,
                        null,
                        false,
                        verifyTo,
                        lostFrom == null || lostTo == null ? null : new OffsetRange(lostFrom, lostTo)));
    }

    @Test
    void givenAnIntent_whenTheLogHasIt_thenItIsRepeatedAsItIs() {
        assertThat(StartPlan.of(new Ledger(9, 15, 0, 7, 4), 0, 7, true))
                .isEqualTo(new StartPlan(9, new OffsetRange(9, 15), false, 0, null));
        assertThat(StartPlan.of(new Ledger(9, 15, 0, 7, 4), 0, 12, true))
                .as("some months stand")
                .isEqualTo(new StartPlan(9, new OffsetRange(9, 15), false, 0, null));
        assertThat(StartPlan.of(new Ledger(9, 15, 40, 40, 4), 0, 40, true))
                .as("of a member that looked each row up")
                .isEqualTo(new StartPlan(9, new OffsetRange(9, 15), true, 40, null));
        assertThat(StartPlan.of(new Ledger(9, 15, 0, 7, 4), 0, 20, true))
                .as("rows stand beyond it")
                .isEqualTo(new StartPlan(9, new OffsetRange(9, 15), false, 20, null));
    }

    @Test
    void givenAnIntent_whenTheLogHasLostOfIt_thenTheRestIsRepeatedAndTheLossNamed() {
        assertThat(StartPlan.of(new Ledger(9, 15, 0, 9, 4), 12, 9, true))
                .isEqualTo(new StartPlan(12, new OffsetRange(12, 15), false, 0, new OffsetRange(9, 12)));
        assertThat(StartPlan.of(new Ledger(9, 15, 0, 9, 4), 20, 9, true))
                .isEqualTo(new StartPlan(20, null, false, 0, new OffsetRange(9, 20)));
    }

    @Test
    void givenATableWhoseNewestVersionHolds_whenRowsAreMissing_thenTheyAreReadAgainWithoutLooking() {
        assertThat(StartPlan.of(new Ledger(9, 0, 0, 9, 4), 3, 5, false))
                .isEqualTo(new StartPlan(5, null, false, 0, null));
        assertThat(StartPlan.of(null, 3, 5, false)).isEqualTo(new StartPlan(3, null, false, 0, null));
    }

    /**
     * Every small world: what the log has and the table lacks below the committed offset is read, what is lost is what
     * neither has, and what stands is never written blindly.
     */
    @Test
    void givenEverySmallWorld_whenDecided_thenTheRulesHold() {
        List<String> wrong = new ArrayList<>();
        for (int end = 0; end <= 6; end++) {
            for (int begin = 0; begin <= end; begin++) {
                for (int committed = 0; committed <= end; committed++) {
                    for (int tableEnd = 0; tableEnd <= end; tableEnd++) {
                        Ledger ledger = new Ledger(committed, 0, 0, committed, 0);
                        StartPlan plan = StartPlan.of(ledger, begin, tableEnd, true);
                        for (int offset = 0; offset < end; offset++) {
                            boolean mayStand = offset < tableEnd;
                            boolean mustComeBack = !mayStand && offset >= begin;
                            boolean lost = !mayStand && offset < begin;
                            if ((mustComeBack && offset < plan.position())
                                    || (mayStand && offset >= plan.position() && offset >= plan.verifyTo())
                                    || lost
                                            != (plan.lost() != null
                                                    && offset >= plan.lost().from()
                                                    && offset < plan.lost().to())) {
                                wrong.add("offset " + offset + " of " + begin + ".." + end + ", committed " + committed
                                        + ", table to " + tableEnd + ": " + plan);
                            }
                        }
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }
}
