package dev.tollgate.gateserver.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.gateserver.request.CheckProblems;
import dev.tollgate.gateserver.request.TestingRequest;
import dev.tollgate.schemas.text.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeyCallersTest {
    private static final String KEY = "k_live_1234567890";
    private static final String OTHER = "k_live_0987654321";

    @TempDir
    private Path folder;

    private static String hash(String key) {
        return HexFormat.of().formatHex(Sha256.of(key));
    }

    private Path file(String... lines) throws IOException {
        return Files.writeString(folder.resolve("keys"), String.join("\n", lines));
    }

    private static Caller callerOf(KeyCallers callers, TestingRequest request) {
        CheckProblems problems = new CheckProblems();
        Caller caller = callers.callerOf(request.build(), problems);
        assertThat(problems.found()).isEmpty();
        return caller;
    }

    @Test
    void givenAFileOfHashes_whenAKeyIsShown_thenItsLineSaysWhoCallsWhateverOtherHeadersSay() throws IOException {
        Path file = file(
                "# two keys",
                "",
                hash(KEY).toUpperCase(Locale.ROOT) + "  acme\tkey-7  search",
                hash(OTHER) + " other -");
        try (KeyCallers callers = new KeyCallers("X-Api-Key", WatchedFile.of(file, KeyTable::parse))) {
            assertThat(callerOf(callers, TestingRequest.ofAcme().header("X-Api-Key", KEY)))
                    .isEqualTo(new Caller.Known("acme", "search", "key-7"));
            assertThat(callerOf(callers, TestingRequest.ofAcme().header("X-Api-Key", OTHER)))
                    .isEqualTo(new Caller.Known("other", null, hash(OTHER).substring(0, 12)));
            assertThat(callerOf(callers, TestingRequest.ofAcme().header("X-Api-Key", KEY + "x")))
                    .isEqualTo(new Caller.Unauthenticated("the API key in X-Api-Key is not known"));
            assertThat(callerOf(callers, TestingRequest.ofAcme())).isEqualTo(new Caller.Unnamed("X-Api-Key"));
        }
    }

    @Test
    void givenAuthorization_whenAKeyIsShownAsBearer_thenItIsTakenAndOtherSchemesAreProblems() throws IOException {
        Path file = file(hash(KEY) + " acme");
        try (KeyCallers callers = new KeyCallers("Authorization", WatchedFile.of(file, KeyTable::parse))) {
            assertThat(callerOf(callers, TestingRequest.ofAcme().header("Authorization", "bearer  " + KEY)))
                    .isInstanceOf(Caller.Known.class);
            CheckProblems problems = new CheckProblems();
            var unused = callers.callerOf(
                    TestingRequest.ofAcme()
                            .header("Authorization", "Basic " + KEY)
                            .build(),
                    problems);
            var unusedToo = callers.callerOf(
                    TestingRequest.ofAcme()
                            .header("Authorization", "Bearer " + "x".repeat(100_000))
                            .build(),
                    problems);
            assertThat(problems.found())
                    .extracting("detail")
                    .containsExactly(
                            "must be 'Bearer' and a blank before the key or token",
                            "must be at most 8192 characters, was 100007");
        }
    }

    @Test
    void givenAChangedFile_whenItIsLookedAt_thenItHoldsUnlessItIsWrong() throws IOException {
        Path file = file(hash(KEY) + " acme");
        try (WatchedFile<KeyTable> watched = WatchedFile.of(file, KeyTable::parse)) {
            Files.writeString(file, hash(KEY) + " renamed\n" + hash(OTHER) + " other\n");
            watched.look();
            assertThat(watched.current().size()).isEqualTo(2);

            Files.writeString(file, hash(KEY) + " acme\nnonsense\n");
            watched.look();
            assertThat(watched.current().find(KEY))
                    .isEqualTo(new Caller.Known("renamed", null, hash(KEY).substring(0, 12)));
            assertThat(watched.failures()).isEqualTo(1);

            Files.delete(file);
            watched.look();
            assertThat(watched.current().size()).isEqualTo(2);

            // As secrets are mounted: another file under the name, of the same size and time.
            Files.writeString(file, hash(KEY) + " aaaa\n");
            watched.look();
            Path next = Files.writeString(folder.resolve("next"), hash(KEY) + " bbbb\n");
            Files.setLastModifiedTime(next, Files.getLastModifiedTime(file));
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            watched.look();
            assertThat(watched.current().find(KEY)).extracting("accountId").isEqualTo("bbbb");
            assertThat(watched.failures()).isEqualTo(1);
        }
    }

    @Test
    void givenAFileThatIsWrong_whenItIsNeededAtTheStart_thenTheLineIsNamedAndNoHashIsRepeated() throws IOException {
        String hash = hash(KEY);

        assertThatThrownBy(() -> WatchedFile.of(folder.resolve("none"), KeyTable::parse))
                .hasMessageContaining("none cannot be used: it does not exist");
        for (String[] wrong : new String[][] {
            {"", "has no key"},
            {KEY + " acme", "line 1 must be SHA256 ACCOUNT [KEY-ID [PROJECT]]"},
            {hash, "line 1 must be SHA256 ACCOUNT"},
            {hash + " a b c d", "line 1 must be SHA256 ACCOUNT"},
            {"#\n" + hash + " " + "a".repeat(129), "line 2: account must be at most 128 characters, was 129"},
            {hash + " a \u200b", "line 1: key id must be 1 to 128 characters, was made of invisible"},
            {hash + " a\n" + hash.toUpperCase(Locale.ROOT) + " b", "line 2 has a hash that an earlier line has"},
        }) {
            Path file = file(wrong[0]);
            assertThatThrownBy(() -> WatchedFile.of(file, KeyTable::parse))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("keys cannot be used: " + wrong[1])
                    .hasMessageNotContaining(hash)
                    .hasMessageNotContaining(KEY);
        }
        Path binary = Files.write(folder.resolve("keys"), new byte[] {(byte) 0xff, (byte) 0xfe});
        assertThatThrownBy(() -> WatchedFile.of(binary, KeyTable::parse)).hasMessageContaining("is not UTF-8");
    }
}
