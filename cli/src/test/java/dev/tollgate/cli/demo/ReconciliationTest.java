package dev.tollgate.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.cli.demo.DemoLedger.Bucket;
import dev.tollgate.cli.demo.DemoLedger.Crossing;
import dev.tollgate.cli.demo.DemoLedger.Level;
import dev.tollgate.cli.demo.DemoLedger.LimitKey;
import dev.tollgate.cli.demo.DemoLedger.Reached;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class ReconciliationTest {
    private static final long NOW = 1_763_856_000_000L;
    private static final Bucket MINUTE = new Bucket("acme", "per-minute", "", NOW - 60_000);
    private static final Bucket ROLLING = new Bucket("acme", "burst", "key-1", Crossing.NO_WINDOW);
    private static final LimitKey BURST = new LimitKey("acme", "burst", "key-1");

    @Test
    void givenEqualBooks_whenCompared_thenThereIsNoDifference() {
        Reconciliation result = Reconciliation.of(
                books("a").ledger(), List.of(books("b").ledger(), books("c").ledger()), NOW);

        assertThat(result.isClean()).isTrue();
        assertThat(result.comparisons()).hasSize(9).allMatch(Reconciliation.Comparison::agrees);
        assertThat(result.comparisons().getFirst().sides())
                .containsExactly(
                        new Reconciliation.Side("a", 2, 12L),
                        new Reconciliation.Side("b", 2, 12L),
                        new Reconciliation.Side("c", 2, 12L));
    }

    @Test
    void givenAnyFigureThatDiffers_whenCompared_thenItIsNamed() {
        assertThat(differences(books -> books.verdicts.merge("LATE", 1L, Long::sum)))
                .containsExactly("a against b: events by verdict: LATE: 2 against 3");
        assertThat(differences(books -> books.deadLetters.remove("MALFORMED")))
                .containsExactly("a against b: dead letters by reason: MALFORMED: 1 against nothing");
        assertThat(differences(books -> books.totals.put(MINUTE, 9L)))
                .containsExactly("a against b: usage by window: acme per-minute 2025-11-22T23:59:00Z: 10 against 9");
        assertThat(differences(books -> books.usage.put("acme requests", 9L)))
                .containsExactly("a against b: usage by account and meter: acme requests: 10 against 9");
        assertThat(differences(books -> books.alerts.put(new Crossing(MINUTE, "e9", 9_000), new Reached(10, -1))))
                .containsExactly("a against b: soft alerts: acme per-minute 2025-11-22T23:59:00Z at 90.0 % by event e9:"
                        + " 9 used against 10 used");
        assertThat(differences(
                        books -> books.blocks.put(new Crossing(ROLLING, "e5", Crossing.FULL), new Reached(5, NOW))))
                .containsExactly(
                        "a against b: blocks: acme burst key-1 at the amount by event e5: 5 used, blocked until"
                                + " 2025-11-23T00:00:00.600Z against 5 used, blocked until 2025-11-23T00:00:00Z");
        assertThat(differences(books -> books.advice.clear()))
                .containsExactly("a against b: advisory events: acme burst key-1 at the amount by a new version: 3 used"
                        + " against nothing");
        assertThat(differences(books -> books.levels.put(BURST, new Level(false, 4, NOW + 601))))
                .containsExactly("a against b: limits with usage left: acme burst key-1: " + (NOW + 600) + " against "
                        + (NOW + 601));
        assertThat(differences(books -> books.streamTimes.put("acme", NOW)))
                .containsExactly("a against b: stream times by account: acme: " + (NOW - 1) + " against " + NOW);
    }

    @Test
    void givenLevelsThatWereLookedAtAtOtherTimes_whenTheyAreOfTheSameUsage_thenTheyAgree() {
        // Looked at later, less is used; and what has gone by now is the same as nothing.
        assertThat(differences(books -> {
                    books.levels.put(BURST, new Level(false, 1, NOW + 600));
                    books.levels.put(new LimitKey("acme", "short", ""), new Level(false, 7, NOW));
                }))
                .isEmpty();
    }

    @Test
    void givenManyDifferences_whenCompared_thenAFewAreShownAndTheRestIsCounted() {
        List<String> found = differences(books ->
                LongStream.range(0, 20).forEach(i -> books.totals.put(new Bucket("acme", "per-minute", "", i), 1L)));

        assertThat(found).hasSize(6).last().asString().endsWith("usage by window: and 15 more");
    }

    private interface Slip {
        void in(Books books);
    }

    private static List<String> differences(Slip slip) {
        Books wrong = books("b");
        slip.in(wrong);
        return Reconciliation.of(books("a").ledger(), List.of(wrong.ledger()), NOW)
                .differences();
    }

    private static Books books(String party) {
        return new Books(
                party,
                new HashMap<>(Map.of("COUNTED", 10L, "LATE", 2L)),
                new HashMap<>(Map.of("MALFORMED", 1L)),
                new HashMap<>(Map.of(MINUTE, 10L)),
                new HashMap<>(Map.of("acme requests", 10L)),
                new HashMap<>(Map.of(new Crossing(MINUTE, "e9", 9_000), new Reached(9, -1))),
                new HashMap<>(Map.of(new Crossing(ROLLING, "e5", Crossing.FULL), new Reached(5, NOW + 600))),
                new HashMap<>(Map.of(new Crossing(ROLLING, "", Crossing.FULL), new Reached(3, -1))),
                new HashMap<>(Map.of(BURST, new Level(false, 3, NOW + 600))),
                new HashMap<>(Map.of("acme", NOW - 1)));
    }

    private record Books(
            String party,
            Map<String, Long> verdicts,
            Map<String, Long> deadLetters,
            Map<Bucket, Long> totals,
            Map<String, Long> usage,
            Map<Crossing, Reached> alerts,
            Map<Crossing, Reached> blocks,
            Map<Crossing, Reached> advice,
            Map<LimitKey, Level> levels,
            Map<String, Long> streamTimes) {
        DemoLedger ledger() {
            return new DemoLedger(
                    party, verdicts, deadLetters, totals, usage, alerts, blocks, advice, levels, streamTimes);
        }
    }
}
