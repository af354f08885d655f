package dev.tollgate.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** The page of {@code tollgate config}. A test holds it against what the roles really read. */
final class ConfigKeys {
    private ConfigKeys() {}

    static String text() {
        try (InputStream page = ConfigKeys.class.getResourceAsStream("config-keys.txt")) {
            if (page == null) {
                throw new IllegalStateException("config-keys.txt is missing from the build");
            }
            return new String(page.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
