package dev.tollgate.streams.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.engine.input.Phase;
import dev.tollgate.engine.input.Position;
import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.engine.input.ValidRequest;
import dev.tollgate.engine.output.Costs;
import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.engine.output.Verdict;
import dev.tollgate.planmodel.Outcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;

class KafkaEventIndexTest {
    private static final long BLOCK = KafkaEventIndex.BLOCK_MILLIS;
    private static final long NOW = 40_000 * BLOCK + 5;

    private final KeyValueStore<Bytes, byte[]> store = TestingStores.store("events", TestingStores.context());
    private final KafkaEventIndex index = new KafkaEventIndex(store);

    @Test
    void givenEntry_whenLookedForWithinTheSpan_thenItIsFoundWhole() {
        AccountRecord acme = AccountRecord.empty("acme");
        JournalEntry entry = entry("acme", "1", NOW);

        index.of(acme).put(entry);

        assertThat(index.of(acme).find("1", NOW - 2 * BLOCK, NOW)).isEqualTo(entry);
        assertThat(index.of(acme).find("1", NOW, NOW)).isEqualTo(entry);
        assertThat(index.of(acme).find("2", NOW - 2 * BLOCK, NOW)).isNull();
    }

    @Test
    void givenAccountsAndIdsThatBeginAlike_whenLookedFor_thenNoneIsTakenForAnother() {
        AccountRecord a = AccountRecord.empty("a");
        AccountRecord ab = AccountRecord.empty("ab");
        index.of(a).put(entry("a", "bc", NOW));
        index.of(ab).put(entry("ab", "c", NOW));

        assertThat(index.of(a).find("c", NOW, NOW)).isNull();
        assertThat(index.of(ab).find("bc", NOW, NOW)).isNull();
        assertThat(index.of(a).find("bc", NOW, NOW)).isNotNull();
        assertThat(index.of(ab).find("c", NOW, NOW)).isNotNull();
    }

    @Test
    void givenRemovedEntry_whenLookedFor_thenItIsGone() {
        AccountRecord acme = AccountRecord.empty("acme");
        index.of(acme).put(entry("acme", "1", NOW));

        index.of(acme).remove("1", NOW);

        assertThat(index.of(acme).find("1", NOW - BLOCK, NOW)).isNull();
        assertThat(TestingStores.size(store)).isZero();
    }

    @Test
    void givenEntriesOfSeveralBlocksAndAccounts_whenScanned_thenThoseOfTheSpanAreShown() {
        AccountRecord a = AccountRecord.empty("a");
        AccountRecord ab = AccountRecord.empty("ab");
        index.of(ab).put(entry("ab", "x", NOW));
        Map<String, JournalEntry> entries = new HashMap<>();
        for (int i = -1; i <= 5; i++) {
            JournalEntry entry = entry("a", "é" + i, NOW - 2 * BLOCK + i * BLOCK / 2);
            index.of(a).put(entry);
            entries.put("é" + i, entry);
        }
        List<JournalEntry> shown = new ArrayList<>();

        assertThat(index.of(a).scan(NOW - 2 * BLOCK, NOW, 5, shown::add)).isTrue();
        assertThat(shown)
                .containsExactlyInAnyOrder(
                        entries.get("é0"), entries.get("é1"), entries.get("é2"), entries.get("é3"), entries.get("é4"));
        shown.clear();
        assertThat(index.of(a).scan(NOW - 2 * BLOCK, NOW, 4, shown::add)).isFalse();
        assertThat(shown).hasSize(4);
        assertThat(index.of(ab).scan(NOW + 1, NOW + BLOCK, 1, shown::add)).isTrue();
        assertThat(shown).hasSize(4);
    }

    @Test
    void givenManyOldEntries_whenExpired_thenEachCallDeletesABoundedNumberUntilOnlyNeededOnesAreLeft() {
        AccountRecord acme = AccountRecord.empty("acme");
        AccountRecord other = AccountRecord.empty("acme2");
        int old = 1_000;
        for (int i = 0; i < old; i++) {
            put(acme, entry("acme", "old" + i, NOW - 3 * BLOCK));
        }
        put(acme, entry("acme", "kept", NOW - BLOCK));
        put(other, entry("acme2", "old", NOW - 3 * BLOCK));

        index.of(acme).expireBefore(NOW - 2 * BLOCK);
        int calls = 0;
        int before = TestingStores.size(store);
        while (before > 2) {
            index.of(acme).expireSome();
            int after = TestingStores.size(store);
            assertThat(before - after).isBetween(1, KafkaEventIndex.EXPIRIES_PER_CALL);
            before = after;
            calls++;
        }

        assertThat(calls).isEqualTo((old + KafkaEventIndex.EXPIRIES_PER_CALL - 1) / KafkaEventIndex.EXPIRIES_PER_CALL);
        assertThat(index.of(acme).find("kept", NOW - 2 * BLOCK, NOW)).isNotNull();
        assertThat(index.of(other).find("old", NOW - 3 * BLOCK, NOW)).isNotNull();
    }

    @Test
    void givenExpiryInProgress_whenTheRecordIsStoredAndRead_thenItGoesOn() {
        AccountRecord acme = AccountRecord.empty("acme");
        for (int i = 0; i < 100; i++) {
            put(acme, entry("acme", "old" + i, NOW - 3 * BLOCK));
        }
        index.of(acme).expireBefore(NOW);
        index.of(acme).expireSome();

        AccountRecord reread = TestingStores.reread(acme);
        index.of(reread).expireSome();

        assertThat(TestingStores.size(store)).isZero();
    }

    @Test
    void givenIdsThatGrow_whenPut_thenNoneIsLookedUpAndEachWriteIsOneRecord() {
        AtomicInteger gets = new AtomicInteger();
        KafkaEventIndex counted = new KafkaEventIndex(
                TestingStores.counting(TestingStores.counting(store, "get", gets), "reverseRange", gets));
        AccountRecord acme = AccountRecord.empty("acme");
        counted.of(acme).put(entry("acme", "0190-0001", NOW - BLOCK));
        counted.of(acme).put(entry("acme", "0190-0002", NOW));
        counted.write(acme);
        acme = TestingStores.reread(acme);

        for (int i = 4; i < 100; i++) {
            String id = "0190-%04d".formatted(i);
            assertThat(counted.of(acme).find(id, NOW - 2 * BLOCK, NOW)).isNull();
            counted.of(acme).put(entry("acme", id, NOW));
            if (i % 10 == 0) {
                counted.write(acme);
            }
        }
        counted.write(acme);

        assertThat(gets).hasValue(0);
        assertThat(TestingStores.size(store)).isEqualTo(2 + 10);
        assertThat(counted.of(acme).find("0190-0099", NOW - 2 * BLOCK, NOW)).isNotNull();
        assertThat(counted.of(acme).find("0190-0001", NOW - 2 * BLOCK, NOW)).isNotNull();
    }

    /** Against a plain map, with ids of every order, over accounts that are forgotten and read again. */
    @Test
    void givenAnyIdsAndOrder_whenLookedUp_thenTheAnswerIsThatOfAMap() {
        long seed = Long.getLong("tollgate.seed", new Random().nextLong());
        Random random = new Random(seed);
        Map<String, JournalEntry> model = new HashMap<>();
        AccountRecord[] accounts = {AccountRecord.empty("a"), AccountRecord.empty("ab")};
        String[] ids = {"1", "10", "9", "0190-1", "0190-2", "z", "é", "\uD83D\uDE00", "\uFFFD", "aa"};

        for (int step = 0; step < 5_000; step++) {
            int who = random.nextInt(accounts.length);
            AccountRecord account = accounts[who];
            String id = ids[random.nextInt(ids.length)];
            long time = NOW - random.nextInt(3) * BLOCK;
            String name = account.accountId() + "/" + id;
            JournalEntry known = model.get(name);
            switch (random.nextInt(8)) {
                case 0 -> {
                    if (known != null) {
                        index.of(account).remove(id, known.request().occurredAtMillis());
                        model.remove(name);
                    }
                }
                case 1 -> {
                    index.write(account);
                    accounts[who] = random.nextBoolean() ? account : TestingStores.reread(account);
                }
                case 2 -> {
                    // As a correction does.
                    if (known != null) {
                        JournalEntry entry = entry(
                                account.accountId(), id, known.request().occurredAtMillis() + random.nextInt(1_000));
                        index.of(account).put(entry);
                        model.put(name, entry);
                    }
                }
                case 3 -> {
                    Map<String, JournalEntry> shown = new HashMap<>();
                    boolean isAll = index.of(account)
                            .scan(
                                    NOW - 3 * BLOCK,
                                    NOW + BLOCK,
                                    1_000,
                                    entry -> assertThat(shown.put(
                                                    account.accountId() + "/"
                                                            + entry.request().eventId(),
                                                    entry))
                                            .isNull());
                    assertThat(isAll).isTrue();
                    Map<String, JournalEntry> expected = new HashMap<>(model);
                    expected.keySet().removeIf(key -> !key.startsWith(account.accountId() + "/"));
                    assertThat(shown).as("seed %d, step %d", seed, step).isEqualTo(expected);
                }
                default -> {
                    assertThat(index.of(account).find(id, NOW - 2 * BLOCK, NOW))
                            .as("seed %d, step %d, %s", seed, step, name)
                            .isEqualTo(known);
                    if (known == null) {
                        JournalEntry entry = entry(account.accountId(), id, time);
                        index.of(account).put(entry);
                        model.put(name, entry);
                    }
                }
            }
        }
    }

    /** A commit after each entry. */
    private void put(AccountRecord account, JournalEntry entry) {
        index.of(account).put(entry);
        index.write(account);
    }

    private static JournalEntry entry(String account, String id, long occurredAtMillis) {
        return new JournalEntry(
                ValidRequest.of(new RequestInput(
                        id,
                        account,
                        "project",
                        null,
                        "/v2/notes",
                        occurredAtMillis,
                        Phase.COMPLETED,
                        Outcome.SUCCESS,
                        3L,
                        null,
                        4L,
                        occurredAtMillis + 7,
                        new Position("tollgate.request-events", 2, 99))),
                Verdict.COUNTED,
                "mem",
                1,
                Costs.of(List.of("requests"), 1),
                List.of(),
                List.of());
    }
}
