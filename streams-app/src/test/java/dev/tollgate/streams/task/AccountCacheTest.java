package dev.tollgate.streams.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.streams.store.AccountStore;
import dev.tollgate.streams.store.KafkaAccountStore;
import dev.tollgate.streams.store.KafkaEventIndex;
import dev.tollgate.streams.store.TestingStores;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class AccountCacheTest {
    private final AtomicInteger reads = new AtomicInteger();
    private final AccountStore store = new KafkaAccountStore(
            TestingStores.counting(TestingStores.store("account", TestingStores.context()), "get", reads),
            TestingStores.store("scopes", TestingStores.context()),
            1 << 20);

    /** Room for two accounts of which little is known. */
    private final long maxBytes = 6_000;

    private final List<String> movements = new ArrayList<>();
    private final AccountCache accounts = new AccountCache(
            store,
            new KafkaEventIndex(TestingStores.store("events", TestingStores.context())),
            maxBytes,
            account -> movements.add("+" + account.id()),
            account -> movements.add("-" + account.id()));

    @Test
    void givenFullCache_whenOneMoreIsUsed_thenTheLeastRecentlyUsedLeaves() {
        accounts.get("a");
        accounts.get("b");
        CachedAccount a = accounts.get("a");
        accounts.get("c");

        assertThat(movements).containsExactly("+a", "+b", "+c", "-b");
        assertThat(accounts.get("a")).isSameAs(a);
    }

    @Test
    void givenFullCache_whenAllAccountsAreGoneThrough_thenThoseInUseStay() {
        for (int i = 0; i < 100; i++) {
            store.save(store.load("account-" + i));
        }
        CachedAccount first = accounts.get("account-1");
        CachedAccount second = accounts.get("account-2");
        movements.clear();
        List<String> visited = new ArrayList<>();

        store.scan(null, 1_000, record -> visited.add(record.accountId()));
        visited.forEach(id -> accounts.visit(id, account -> movements.add(account.id())));

        assertThat(visited).hasSize(100).doesNotHaveDuplicates();
        assertThat(movements)
                .hasSize(2 + 3 * 98)
                .containsSubsequence("+account-7", "account-7", "-account-7")
                .contains("account-1", "account-2")
                .doesNotContain("+account-1", "-account-1", "+account-2", "-account-2");
        reads.set(0);
        assertThat(accounts.get("account-1")).isSameAs(first);
        assertThat(accounts.get("account-2")).isSameAs(second);
        assertThat(reads).hasValue(0);
    }

    @Test
    void givenAccountThatIsChangedOnAVisit_whenUsedLater_thenItHasTheChange() {
        accounts.visit("a", account -> {
            account.record.readRequestAt(7, 1_000);
            accounts.save(account);
        });

        assertThat(accounts.get("a").record.lastOffset()).isEqualTo(7);
        assertThat(accounts.get("a").record.asOfMillis()).isEqualTo(1_000);
    }
}
