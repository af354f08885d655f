package dev.tollgate.sink.internal.insert;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

final class InsertBudgetTest {
    private static final int LIMIT = 10;
    private static final long SPAN = 1_000;

    @Test
    void givenAnyStretchOfOneSpan_whenInsertsAreTakenAtRandom_thenItNeverHoldsMoreThanTheLimit() {
        long seed = Long.getLong("tollgate.seed", System.nanoTime());
        System.out.println("InsertBudgetTest: -Dtollgate.seed=" + seed);
        SplittableRandom random = new SplittableRandom(seed);
        InsertBudget budget = new InsertBudget(LIMIT, SPAN);
        Deque<Long> taken = new ArrayDeque<>();
        long now = random.nextLong();
        int rejected = 0;
        for (int i = 0; i < 100_000; i++) {
            now += random.nextInt(10) == 0 ? random.nextLong(3 * SPAN) : random.nextLong(SPAN / LIMIT);
            if (budget.tryTake(now)) {
                taken.add(now);
            } else {
                rejected++;
            }
            while (!taken.isEmpty() && now - taken.getFirst() >= SPAN) {
                taken.removeFirst();
            }
            assertThat(taken.size()).isLessThanOrEqualTo(LIMIT);
        }
        assertThat(rejected).isPositive();
    }

    @Test
    void givenAnIdleTime_whenItIsOver_thenTheWholeLimitIsThere() {
        InsertBudget budget = new InsertBudget(LIMIT, SPAN);
        for (int i = 0; i < LIMIT; i++) {
            assertThat(budget.tryTake(0)).isTrue();
        }
        assertThat(budget.tryTake(SPAN)).isFalse();

        for (int i = 0; i < LIMIT; i++) {
            assertThat(budget.tryTake(2 * SPAN)).isTrue();
        }
    }
}
