package dev.tollgate.api.live;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.topic.LimitStateKey;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class SnapshotStoreTest {
    private final SnapshotStore store = new SnapshotStore(6);

    private boolean put(LimitStateKey key, String text) {
        return store.put(key.text(), text.getBytes(StandardCharsets.UTF_8));
    }

    private List<String> of(String account) {
        return store.of(account).stream()
                .map(bytes -> new String(bytes, StandardCharsets.UTF_8))
                .toList();
    }

    @Test
    void givenIdsThatBeginAlike_whenOneIsAskedFor_thenItsSnapshotsComeAndNoOthers() {
        put(LimitStateKey.ofAccount("a"), "a");
        put(LimitStateKey.ofAccount("a!"), "a!");
        put(LimitStateKey.ofAccount("ab"), "ab");
        put(new LimitStateKey("a", "PROJECT", ""), "nameless");
        put(new LimitStateKey("a", "API_KEY", "k"), "key");
        put(new LimitStateKey("c", "PROJECT", "p"), "before its account");

        assertThat(of("a")).containsExactlyInAnyOrder("a", "nameless", "key");
        assertThat(of("a!")).containsExactly("a!");
        assertThat(of("ab")).containsExactly("ab");
        assertThat(of("c")).containsExactly("before its account");
        assertThat(of("b")).isEmpty();
        assertThat(of("")).isEmpty();
        assertThat(of("z")).isEmpty();
    }

    @Test
    void givenNoRoom_whenAnotherComes_thenItIsRejectedAndKnownOnesAreStillReplaced() {
        for (int i = 0; i < 6; i++) {
            assertThat(put(LimitStateKey.ofAccount("a" + i), "old")).isTrue();
        }

        assertThat(put(LimitStateKey.ofAccount("b"), "new")).isFalse();
        assertThat(put(LimitStateKey.ofAccount("a3"), "new")).isTrue();
        assertThat(of("a3")).containsExactly("new");
        store.remove("a0");
        store.remove("never there");
        assertThat(store.size()).isEqualTo(5);
        assertThat(put(LimitStateKey.ofAccount("b"), "new")).isTrue();
        store.clear();
        assertThat(store.size()).isZero();
        assertThat(of("a3")).isEmpty();
    }
}
