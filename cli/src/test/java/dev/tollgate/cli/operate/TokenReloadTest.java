package dev.tollgate.cli.operate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.schemas.config.InvalidSettingsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenReloadTest {
    @TempDir
    private Path folder;

    @Test
    void givenAConfigurationFile_whenItsContentChanges_thenItIsReadAgainOnce() throws Exception {
        Path file = Files.writeString(folder.resolve("tollgate.properties"), "a=1");
        AtomicInteger reads = new AtomicInteger();
        try (TokenReload watch = TokenReload.of(file, reads::incrementAndGet)) {
            watch.look();
            Files.writeString(file, "a=1");
            watch.look();
            assertThat(reads).hasValue(0);

            Files.writeString(file, "a=2");
            watch.look();
            watch.look();
            assertThat(reads).hasValue(1);

            Files.delete(file);
            watch.look();
            Files.writeString(file, "a=3");
            watch.look();
            assertThat(reads).hasValue(2);
        }
    }

    @Test
    void givenAMistakeInTheChangedFile_whenItIsRead_thenNothingIsThrownAndTheNextChangeCounts() throws Exception {
        Path file = Files.writeString(folder.resolve("tollgate.properties"), "a=1");
        AtomicInteger reads = new AtomicInteger();
        try (TokenReload watch = TokenReload.of(file, () -> {
            if (reads.incrementAndGet() == 1) {
                throw new InvalidSettingsException(List.of("gateway.tokens.a.hash is missing"));
            }
        })) {
            Files.writeString(file, "broken");
            watch.look();
            Files.writeString(file, "a=2");
            watch.look();

            assertThat(reads).hasValue(2);
        }
    }
}
