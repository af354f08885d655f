package dev.tollgate.engine;

import static dev.tollgate.engine.TestingAccount.DAY;
import static dev.tollgate.engine.TestingAccount.HOUR;
import static dev.tollgate.engine.TestingAccount.MINUTE;
import static dev.tollgate.engine.TestingAccount.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.engine.index.JournalCodec;
import dev.tollgate.engine.input.AccountChange;
import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Limit;
import dev.tollgate.planmodel.Outcome;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class EncodingTest {
    @Test
    void givenFourLimitsAndNoDisorder_whenEncoded_thenItTakesAtMost400Bytes() {
        TestingAccount account = TestingAccount.on(TestingPlans.mem());

        int largest = 0;
        for (int i = 0; i < 3_000; i++) {
            account.call("e" + i, NOON + i * 500L);
            largest = Math.max(largest, account.state.encode().length);
        }

        assertThat(largest).isBetween(100, 400);
    }

    @Test
    void givenFourLimitsOfOtherKinds_whenInFullUse_thenOnlyTheSlidingWindowCostsMore() {
        Limit minute = Limit.enforced("requests-per-minute", "requests", 100, TestingPlans.MINUTE);
        Limit leaky = Limit.enforced("requests-leaky", "requests", 100, new Algorithm.LeakyBucket(MINUTE));
        Limit day = Limit.enforced("complexity-per-day", "complexity", 8_000, TestingPlans.DAY);
        Limit leakyDay = Limit.enforced("complexity-leaky", "complexity", 8_000, new Algorithm.LeakyBucket(DAY));
        Limit sliding = Limit.enforced("complexity-sliding", "complexity", 8_000, new Algorithm.SlidingWindow(HOUR));

        int withoutSliding = largestStateOf(minute, leaky, day, leakyDay);
        int withSliding = largestStateOf(minute, leaky, day, sliding);

        assertThat(withoutSliding).isBetween(100, 400);
        // Sixty parts of a byte or two each, and nine bytes that say which of them are used.
        assertThat(withSliding).isBetween(withoutSliding + 1, 400);
    }

    private static int largestStateOf(Limit... limits) {
        TestingAccount account = TestingAccount.on(
                TestingPlans.plan("p", 1, 0, List.of(TestingPlans.REQUESTS, TestingPlans.COMPLEXITY), limits));
        int largest = 0;
        for (int i = 0; i < 8_000; i++) {
            account.call("e" + i, NOON + i * 500L);
            largest = Math.max(largest, account.state.encode().length);
        }
        return largest;
    }

    @Test
    void givenStateWithAlertsAndDisorder_whenReadBack_thenItIsEqualAndBehavesTheSame() {
        TestingAccount kept = TestingAccount.on(TestingPlans.tenAMinute());
        TestingAccount restored = TestingAccount.on(TestingPlans.tenAMinute());
        Random random = new Random(7);
        for (int i = 0; i < 2_000; i++) {
            long time = NOON + i * 2_000L - random.nextInt(100_000);
            kept.call("e" + i, time);
            restored.call("e" + i, time);
            AccountState copy = AccountState.decode(restored.state.encode());
            assertThat(copy).isEqualTo(restored.state).isEqualTo(kept.state);
            restored.state = copy;
        }

        assertThat(restored.said).isEqualTo(kept.said);
        assertThat(restored.limitEvents).isEqualTo(kept.limitEvents).isNotEmpty();
        assertThat(restored.totals).isEqualTo(kept.totals).isNotEmpty();
    }

    @Test
    void givenCopy_whenTheOriginalMovesOn_thenTheCopyStays() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.call("a", NOON);
        AccountState copy = account.state.copy();

        account.call("b", NOON + HOUR);

        assertThat(copy).isNotEqualTo(account.state);
        assertThat(copy.streamTimeMillis()).isEqualTo(NOON);
    }

    @Test
    void givenBytesThatAreNoState_whenRead_thenTheyAreRejected() {
        TestingAccount account = TestingAccount.on(TestingPlans.tenAMinute());
        account.calls("e", 10, NOON);
        byte[] good = account.state.encode();
        byte[] newer = good.clone();
        newer[0] = 99;

        assertThatThrownBy(() -> AccountState.decode(newer))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("99");
        for (int length = 0; length < good.length; length++) {
            byte[] cut = Arrays.copyOf(good, length);
            assertThatThrownBy(() -> AccountState.decode(cut)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> AccountState.decode(Arrays.copyOf(good, good.length + 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void givenJournalEntries_whenEncoded_thenTheyComeBack() {
        TestingAccount account = TestingAccount.on(TestingPlans.mem());
        account.call("plain", NOON);
        account.call("far", NOON + 5 * MINUTE);
        account.apply(Requested.by(account.request("partly", NOON + 1), "project", "key"));
        account.apply(Requested.sized(account.request("sized", NOON + 5 * MINUTE), 3L, 0L, 7L));
        account.apply(account.request("failed", NOON + 5 * MINUTE, "/x", Outcome.INVALID, null));
        account.command(NOON + 5 * MINUTE, new AccountChange.Correction("plain", null));

        for (JournalEntry entry : List.copyOf(account.journal)) {
            String eventId = String.valueOf(entry.request().eventId());
            byte[] bytes = JournalCodec.encode(entry);
            assertThat(JournalCodec.decode("acme", eventId, bytes)).isEqualTo(entry);
            assertThatThrownBy(() -> JournalCodec.decode("acme", eventId, Arrays.copyOf(bytes, bytes.length - 1)))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(account.journal).hasSize(6);
    }
}
