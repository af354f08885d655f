package dev.tollgate.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.embedded.EmbeddedStackOptions.Software;
import java.net.URI;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SoftwareTest {
    private static final Path HOME = Path.of("/home/user");

    @Test
    void givenNothing_whenRead_thenTheUsersFoldersAreUsed() {
        assertThat(Software.of(Map.of("PATH", "/bin"), name -> null, HOME))
                .isEqualTo(new Software(
                        Path.of("/home/user/.cache/tollgate"),
                        Path.of("/home/user/.m2/repository"),
                        null,
                        null,
                        null,
                        "/bin"));
    }

    @Test
    void givenEverythingInTheEnvironment_whenRead_thenItIsUsed() {
        Map<String, String> environment = Map.of(
                "TOLLGATE_CACHE", "/cache",
                "TOLLGATE_MAVEN_REPOSITORY", "https://maven.example/all",
                "TOLLGATE_NPM_REGISTRY", "https://npm.example",
                "TOLLGATE_CHDB_LIBRARY", "/opt/libchdb.so",
                "XDG_CACHE_HOME", "/ignored");

        assertThat(Software.of(environment, Map.of("maven.repo.local", "/repository")::get, HOME))
                .isEqualTo(new Software(
                        Path.of("/cache"),
                        Path.of("/repository"),
                        URI.create("https://maven.example/all"),
                        URI.create("https://npm.example"),
                        Path.of("/opt/libchdb.so"),
                        ""));
    }

    @Test
    void givenPropertyAndEnvironment_whenRead_thenThePropertyComesFirst() {
        Map<String, String> environment = Map.of("TOLLGATE_CACHE", "/environment", "XDG_CACHE_HOME", "/xdg");

        assertThat(Software.of(environment, Map.of("tollgate.cache", "/property")::get, HOME)
                        .cacheFolder())
                .isEqualTo(Path.of("/property"));
        assertThat(Software.of(Map.of("XDG_CACHE_HOME", "/xdg"), name -> null, HOME)
                        .cacheFolder())
                .isEqualTo(Path.of("/xdg/tollgate"));
    }

    @Test
    void givenPlatformWithoutAPinnedEngine_whenAsked_thenTheMessageSaysWhatElseToDo() {
        assertThatThrownBy(() -> PinnedSoftware.requireSupportedPlatform("Mac OS X", "aarch64"))
                .isInstanceOf(StackException.class)
                .hasMessageContaining("Mac OS X aarch64")
                .hasMessageContaining("TOLLGATE_CHDB_LIBRARY");
    }
}
