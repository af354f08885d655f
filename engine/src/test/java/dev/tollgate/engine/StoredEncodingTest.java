package dev.tollgate.engine;

import static dev.tollgate.engine.TestingAccount.DAY;
import static dev.tollgate.engine.TestingAccount.HOUR;
import static dev.tollgate.engine.TestingAccount.MINUTE;
import static dev.tollgate.engine.TestingAccount.NOON;
import static dev.tollgate.engine.TestingAccount.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.engine.index.JournalCodec;
import dev.tollgate.engine.input.AccountChange.Carry;
import dev.tollgate.engine.input.AccountChange.ExemptionSet;
import dev.tollgate.engine.input.AccountChange.OverrideSet;
import dev.tollgate.engine.input.AccountChange.PlanAssigned;
import dev.tollgate.engine.input.AccountChange.Suspended;
import dev.tollgate.engine.input.Annotations;
import dev.tollgate.engine.input.Phase;
import dev.tollgate.engine.input.ValidRequest;
import dev.tollgate.engine.internal.timeline.TimelineEntry;
import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Limit;
import dev.tollgate.planmodel.Mode;
import dev.tollgate.planmodel.Outcome;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.planmodel.Scope;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Bytes that earlier versions have written, kept as hexadecimal text in {@code encodings}. A file there is never
 * edited; a new encoding, or more that is kept in it, adds one that holds the history below in it.
 */
class StoredEncodingTest {
    private static PlanVersion plan(String planId, long amount) {
        return TestingPlans.plan(
                planId,
                1,
                0,
                List.of(TestingPlans.REQUESTS, TestingPlans.COMPLEXITY),
                Limit.enforced("fixed", "requests", amount, TestingPlans.MINUTE),
                new Limit(
                        "in-flight",
                        "requests",
                        Amount.of(2),
                        new Algorithm.Concurrency(30 * SECOND),
                        Scope.PROJECT,
                        Mode.ADVISORY,
                        List.of(),
                        0),
                Limit.enforced("leaky", "complexity", amount, new Algorithm.LeakyBucket(MINUTE)),
                Limit.enforced("sliding", "requests", amount, new Algorithm.SlidingWindow(MINUTE)));
    }

    /** Something of everything that a state can hold. */
    private static TestingAccount account() {
        TestingAccount account = TestingAccount.on(plan("p", 10), plan("q", 20));
        account.calls("e", 9, NOON);
        start(account, "s", NOON + SECOND);
        start(account, "t", NOON + 2 * SECOND);
        account.command(NOON + 3 * SECOND, new OverrideSet("fixed", Amount.of(9)));
        account.command("later", NOON + DAY, NOON + 3 * SECOND, new PlanAssigned("q", Carry.SCALE));
        account.command(NOON + 4 * SECOND, new Suspended(NOON + HOUR));
        account.command(NOON + 4 * SECOND, new ExemptionSet(false));
        account.call("late", NOON - 30 * SECOND);
        return account;
    }

    private static void start(TestingAccount account, String id, long time) {
        account.apply(Requested.by(
                Requested.ended(account.request(id, time), Phase.STARTED, Outcome.SUCCESS), "project-1", "key"));
    }

    /** What older versions did not keep: the reason of a suspension that holds. */
    private static TestingAccount accountWithoutReason() {
        TestingAccount account = account();
        for (TimelineEntry entry : account.state.account().timeline().entries) {
            if (entry.isApplied() && entry.change instanceof Suspended) {
                entry.forgetSource();
            }
        }
        return account;
    }

    @ParameterizedTest
    @CsvSource({"state-1, 1, false", "state-2, 2, false", "state-2-reason, 2, true"})
    void givenStateOfAnyEncoding_whenRead_thenItIsTheStateThatTheSameHistoryLeadsToNow(
            String name, byte encoding, boolean hasReason) {
        byte[] stored = stored(name);
        TestingAccount account = hasReason ? account() : accountWithoutReason();

        assertThat(stored[0]).isEqualTo(encoding);
        assertThat(AccountState.decode(stored)).isEqualTo(account.state);

        // And it goes on in the same way.
        TestingAccount restored = account();
        restored.state = AccountState.decode(stored);
        for (TestingAccount each : List.of(account, restored)) {
            each.forget();
            each.call("next", NOON + 5 * SECOND);
            each.tick(NOON + HOUR);
            each.call("other-plan", NOON + DAY + SECOND);
        }
        assertThat(restored.limitEvents).isEqualTo(account.limitEvents).isNotEmpty();
        assertThat(restored.totals).isEqualTo(account.totals).isNotEmpty();
        assertThat(restored.state).isEqualTo(account.state);
    }

    @Test
    void givenTheCurrentEncoding_whenTheHistoryIsWritten_thenItIsTheNewestStoredOne() {
        assertThat(HexFormat.of().formatHex(account().state.encode()))
                .isEqualTo(HexFormat.of().formatHex(stored("state-2-reason")));
    }

    @Test
    void givenStoredJournalEntryOfAnyEncoding_whenRead_thenItIsTheEntryOfTheSameHistory() {
        JournalEntry late = account().journal.getLast();

        assertThat(JournalCodec.decode("acme", "late", stored("journal-entry-1")))
                .isEqualTo(late);
        assertThat(JournalCodec.decode("acme", "late", stored("journal-entry-2")))
                .isEqualTo(annotated(late));
        assertThat(HexFormat.of().formatHex(JournalCodec.encode(annotated(late))))
                .isEqualTo(HexFormat.of().formatHex(stored("journal-entry-2")));
    }

    private static JournalEntry annotated(JournalEntry entry) {
        return new JournalEntry(
                ValidRequest.of(Requested.annotated(
                        entry.request().input(), new Annotations(120L, "search", Map.of("region", "eu")))),
                entry.verdict(),
                entry.planId(),
                entry.planVersion(),
                entry.costs(),
                entry.lateLimits(),
                entry.correctionIds());
    }

    private static byte[] stored(String name) {
        try (InputStream text = Objects.requireNonNull(
                StoredEncodingTest.class.getResourceAsStream("/encodings/" + name + ".hex"), name)) {
            return HexFormat.of()
                    .parseHex(new String(text.readAllBytes(), StandardCharsets.US_ASCII).replaceAll("\\s", ""));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
