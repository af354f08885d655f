package dev.tollgate.embedded.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import dev.tollgate.embedded.StackException;
import dev.tollgate.embedded.process.LoopbackPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sources against a repository on the loopback interface and programs of our own on the PATH. */
class ArtifactSourceTest {
    private static final MavenSource.Coordinates COORDINATES =
            new MavenSource.Coordinates("org.example", "thing", "1.0", "tar.gz", "all");
    private static final String RELATIVE_PATH = "org/example/thing/1.0/thing-1.0-all.tar.gz";

    @TempDir
    Path folder;

    private final List<String> requests = new ArrayList<>();
    private Path archive;
    private Path local;
    private Path staging;
    private String sha512;
    private HttpServer server;

    @BeforeEach
    void prepare() throws IOException {
        archive = TestingArchive.write(folder.resolve("thing.tgz"), Map.of("package/a.txt", "alpha"));
        sha512 = Sha512.of(archive, bytes -> {});
        local = folder.resolve("local-repository");
        staging = Files.createDirectories(folder.resolve("staging"));
        server = HttpServer.create(new InetSocketAddress(LoopbackPort.HOST, 0), 0);
        server.createContext("/repository/", exchange -> {
            requests.add(exchange.getRequestURI().getPath());
            boolean found = !exchange.getRequestURI().getPath().contains("missing");
            exchange.sendResponseHeaders(found ? 200 : 404, found ? Files.size(archive) : -1);
            if (found) {
                Files.copy(archive, exchange.getResponseBody());
            }
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void givenCopyInTheLocalMavenRepository_whenFetched_thenItIsUsedWhereItIs() throws Exception {
        Path copy = local.resolve(RELATIVE_PATH);
        Files.createDirectories(copy.getParent());
        Files.copy(archive, copy);

        assertThat(maven(repository(), "").fetch(staging, bytes -> {})).isEqualTo(copy);
        assertThat(requests).isEmpty();
    }

    @Test
    void givenDamagedCopyInTheLocalMavenRepository_whenFetched_thenItIsTakenFromTheRepository() throws Exception {
        Path copy = local.resolve(RELATIVE_PATH);
        Files.createDirectories(copy.getParent());
        Files.writeString(copy, "half");

        Path fetched = maven(repository(), "").fetch(staging, bytes -> {});

        assertThat(fetched).hasSameBinaryContentAs(archive);
        assertThat(requests).containsExactly("/repository/" + RELATIVE_PATH);
        assertThat(copy).as("not ours to change").hasContent("half");
    }

    @Test
    void givenNoRepository_whenFetched_thenTheUsersMavenIsAsked() throws Exception {
        Path target = local.resolve(RELATIVE_PATH);
        String path = programs(
                "mvn",
                "mkdir -p '" + target.getParent() + "' && cp '" + archive + "' '" + target + "' && echo \"$@\" > '"
                        + folder.resolve("arguments") + "'");

        assertThat(maven(null, path).fetch(staging, bytes -> {})).hasSameBinaryContentAs(archive);
        assertThat(folder.resolve("arguments"))
                .content()
                .contains("-Dartifact=org.example:thing:1.0:tar.gz:all", "-Dmaven.repo.local=" + local);
    }

    @Test
    void givenMavenThatFails_whenFetched_thenTheMessageEndsWithItsOutput() throws Exception {
        String path = programs("mvn", "echo 'Could not transfer: the mirror is down'; exit 1");

        assertThatThrownBy(() -> maven(null, path).fetch(staging, bytes -> {}))
                .isInstanceOf(StackException.class)
                .hasMessageContaining("status 1")
                .hasMessageEndingWith("Could not transfer: the mirror is down");
    }

    @Test
    void givenNeitherRepositoryNorMaven_whenFetched_thenTheMessageSaysWhatToDo() {
        assertThatThrownBy(() -> maven(null, "").fetch(staging, bytes -> {}))
                .isInstanceOf(StackException.class)
                .hasMessageContaining("org.example:thing:1.0:tar.gz:all")
                .hasMessageContaining("TOLLGATE_MAVEN_REPOSITORY");
    }

    @Test
    void givenNpmRegistry_whenFetched_thenTheArchiveIsTakenFromItsUsualPlace() throws Exception {
        List<Long> progress = new ArrayList<>();

        Path fetched = new NpmSource("@example/thing", "1.0", repository(), "").fetch(staging, progress::add);

        assertThat(fetched).hasSameBinaryContentAs(archive);
        assertThat(requests).containsExactly("/repository/@example/thing/-/thing-1.0.tgz");
        assertThat(progress.getLast()).isEqualTo(Files.size(archive));
    }

    @Test
    void givenNoRegistry_whenFetched_thenTheUsersNpmIsAsked() throws Exception {
        // npm pack NAME --ignore-scripts --pack-destination FOLDER ...
        String path = programs("npm", "[ \"$1 $2\" = 'pack @example/thing@1.0' ] && cp '" + archive + "' \"$5\"");

        assertThat(new NpmSource("@example/thing", "1.0", null, path).fetch(staging, bytes -> {}))
                .hasSameBinaryContentAs(archive);
    }

    @Test
    void givenNeitherRegistryNorNpm_whenFetched_thenTheMessageSaysWhatToDo() {
        assertThatThrownBy(() -> new NpmSource("@example/thing", "1.0", null, "").fetch(staging, bytes -> {}))
                .isInstanceOf(StackException.class)
                .hasMessageContaining("@example/thing@1.0")
                .hasMessageContaining("TOLLGATE_NPM_REGISTRY");
    }

    @Test
    void givenRegistryWithoutTheFile_whenFetched_thenTheMessageNamesUrlAndStatus() {
        assertThatThrownBy(() -> new NpmSource("missing", "1.0", repository(), "").fetch(staging, bytes -> {}))
                .isInstanceOf(StackException.class)
                .hasMessageContaining("/repository/missing/-/missing-1.0.tgz")
                .hasMessageContaining("404");
    }

    private MavenSource maven(@Nullable URI repository, String path) {
        return new MavenSource(COORDINATES, sha512, local, repository, path);
    }

    private URI repository() {
        return URI.create(
                "http://" + LoopbackPort.HOST + ":" + server.getAddress().getPort() + "/repository");
    }

    /** A PATH with one program of that name, which finds the usual ones. */
    private String programs(String name, String script) throws IOException {
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Path program = Files.writeString(bin.resolve(name), "#!/bin/sh\nPATH=/usr/bin:/bin\n" + script + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return bin.toString();
    }
}
