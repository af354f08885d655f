package dev.tollgate.http.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TokenHashTest {

    @Test
    void givenNewToken_whenHashedTwice_thenTextsDifferAndBothMatchItAlone() {
        String token = TokenHash.newToken();

        TokenHash one = TokenHash.of(token);
        TokenHash two = TokenHash.parse(TokenHash.of(token).text());

        assertThat(one.text()).isNotEqualTo(two.text()).doesNotContain(token);
        assertThat(one.matches(token)).isTrue();
        assertThat(two.matches(token)).isTrue();
        assertThat(one.matches(token + "x")).isFalse();
        assertThat(one.matches("")).isFalse();
    }

    @Test
    void givenKnownSaltAndToken_whenMatched_thenTheHashIsSha256OfBoth() {
        // (head -c 16 /dev/zero; printf abcdefghijklmnopqrstuvwx) | sha256sum
        TokenHash hash = TokenHash.parse(
                "sha256:" + "00".repeat(16) + ":e038fcbfbc1d7e0f80e781d831583d78270a822332e4501ec88e5ac0f9265065");

        assertThat(hash.matches("abcdefghijklmnopqrstuvwx")).isTrue();
    }

    @Test
    void givenUnfitTokens_whenHashed_thenTheyAreRejectedWithoutBeingNamed() {
        for (String token : List.of("short", "x".repeat(513), "has blanks in it, which no header bears", "")) {
            assertThatThrownBy(() -> TokenHash.of(token)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> TokenHash.parse("md5:00:00")).hasMessageContaining("sha256:SALT:");
    }

    @Test
    void givenAccountsOfToken_whenAsked_thenIdsAndPrefixesCount() {
        TokenHash hash = TokenHash.of(TokenHash.newToken());
        AccessToken some = new AccessToken("n", hash, Role.READER, List.of("acme", "team-*"), Optional.empty());

        assertThat(some.allows("acme")).isTrue();
        assertThat(some.allows("acme2")).isFalse();
        assertThat(some.allows("team-7")).isTrue();
        assertThat(some.allows("tea")).isFalse();
        assertThat(new AccessToken("n", hash, Role.READER, List.of(), Optional.empty()).allows("anyone"))
                .isTrue();
    }
}
