package dev.tollgate.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class LimitStateKeyTest {
    @Test
    void givenKeysOfAccountsProjectsAndKeys_whenReadBack_thenEachIsItself() {
        List<LimitStateKey> keys = List.of(
                LimitStateKey.ofAccount("acme"),
                LimitStateKey.ofAccount("acme|API_KEY|k"),
                new LimitStateKey("acme", "API_KEY", "k"),
                new LimitStateKey("acme", "PROJECT", "k"),
                new LimitStateKey("acme", "API_KEY", ""),
                new LimitStateKey("acme", "API_KEY", "a\0b"));

        assertThat(keys)
                .allSatisfy(key -> assertThat(LimitStateKey.parse(key.text())).isEqualTo(key));
        assertThat(keys.stream().map(LimitStateKey::text)).doesNotHaveDuplicates();
        assertThat(LimitStateKey.ofAccount("acme").text()).isEqualTo("acme");
    }
}
