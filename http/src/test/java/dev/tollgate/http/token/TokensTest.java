package dev.tollgate.http.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.http.Budget;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;
import org.junit.jupiter.api.Test;

class TokensTest {
    private static final String SECRET = "a-token-of-some-length-123";
    private static final String OTHER = "another-token-of-length-456";

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOW);

    private final Budget bytes = new Budget(100);

    @Test
    void givenSeveralTokens_whenOneHoldsItsShare_thenTheOthersHaveRoom() {
        Tokens tokens = new Tokens(List.of(token("one", SECRET), token("two", OTHER)), bytes, 60, CLOCK);
        Budget one = tokens.budgetOf(tokens.of(bearer(SECRET)));
        Budget two = tokens.budgetOf(tokens.of(bearer(OTHER)));

        assertThat(one.tryTake(60)).isTrue();
        assertThat(one.tryTake(1)).isFalse();
        assertThat(one.hasRoomFor(1)).isFalse();
        assertThat(two.tryTake(41)).isFalse();
        assertThat(two.tryTake(40)).isTrue();
        assertThat(bytes.used()).isEqualTo(100);
        one.giveBack(60);
        assertThat(bytes.used()).isEqualTo(40);
        assertThat(two.tryTake(20)).isTrue();
        assertThat(two.hasRoomFor(1)).isFalse();
    }

    @Test
    void givenOneToken_whenItAsks_thenAllIsItsOwn() {
        Tokens tokens = new Tokens(List.of(token("one", SECRET)), bytes, 60, CLOCK);

        assertThat(tokens.budgetOf(tokens.of(bearer(SECRET)))).isSameAs(bytes);
        assertThat(tokens.budgetOf(Optional.empty())).isSameAs(bytes);
    }

    @Test
    void givenARevokedToken_whenItIsShown_thenItIsNoneAnyMoreAndTheOthersKeepWhatTheyHold() {
        Tokens tokens = new Tokens(List.of(token("one", SECRET), token("two", OTHER)), bytes, 60, CLOCK);
        Budget two = tokens.budgetOf(tokens.of(bearer(OTHER)));
        assertThat(two.tryTake(50)).isTrue();

        tokens.replace(List.of(token("two", OTHER), token("three", "a-third-token-of-length-789")));

        assertThat(tokens.of(bearer(SECRET))).isEmpty();
        assertThat(tokens.isAnyoneAllowed()).isFalse();
        assertThat(tokens.budgetOf(tokens.of(bearer(OTHER)))).isSameAs(two);
        assertThat(two.tryTake(11)).isFalse();
        assertThatThrownBy(() -> tokens.replace(List.of())).hasMessageContaining("restart");
        assertThatThrownBy(() -> new Tokens(List.of(), bytes, 60, CLOCK).replace(List.of(token("one", SECRET))))
                .hasMessageContaining("restart");
    }

    @Test
    void givenATokenThatEnds_whenItsTimeHasCome_thenItIsNoneAnyMore() {
        AccessToken ends =
                new AccessToken("ends", TokenHash.of(SECRET), Role.READER, List.of(), Optional.of(NOW.plusMillis(1)));

        assertThat(new Tokens(List.of(ends), bytes, 60, CLOCK).of(bearer(SECRET)))
                .isPresent();
        assertThat(new Tokens(List.of(ends), bytes, 60, InstantSource.fixed(NOW.plusMillis(1))).of(bearer(SECRET)))
                .isEmpty();
    }

    private static AccessToken token(String name, String secret) {
        return new AccessToken(name, TokenHash.of(secret), Role.READER, List.of(), Optional.empty());
    }

    private static HttpFields bearer(String secret) {
        return HttpFields.build().put("Authorization", "Bearer " + secret);
    }
}
