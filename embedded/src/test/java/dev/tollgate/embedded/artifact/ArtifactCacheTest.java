package dev.tollgate.embedded.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.embedded.StackException;
import dev.tollgate.embedded.StartListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArtifactCacheTest {
    @TempDir
    Path folder;

    private final AtomicInteger fetches = new AtomicInteger();
    private Path root;
    private Path archive;
    private Artifact artifact;
    private ArtifactCache cache;

    @BeforeEach
    void prepare() throws IOException {
        root = folder.resolve("cache");
        archive = TestingArchive.write(
                folder.resolve("thing.tgz"),
                Map.of("package/a.txt", "alpha", "package/lib/b.txt", "beta", "other/c.txt", "gamma"));
        artifact = TestingArchive.artifactOf(archive);
        cache = new ArtifactCache(root, StartListener.NONE);
    }

    @Test
    void givenEmptyCache_whenAskedTwice_thenItIsFetchedOnceAndOnlyItsRootIsUnpacked() throws IOException {
        Path place = cache.folderOf(artifact, this::fetch);
        Path again = cache.folderOf(artifact, this::fetch);

        assertThat(again).isEqualTo(place);
        assertThat(fetches).hasValue(1);
        assertThat(place.resolve("a.txt")).hasContent("alpha");
        assertThat(place.resolve("lib/b.txt")).hasContent("beta");
        assertThat(place.resolve("c.txt")).doesNotExist();
        assertThat(namesIn(root)).containsExactlyInAnyOrder("thing-1.0", "thing-1.0.lock");
    }

    @Test
    void givenFileInCacheThatLostBytes_whenAsked_thenItIsFetchedAgain() throws IOException {
        Path place = cache.folderOf(artifact, this::fetch);
        Files.writeString(place.resolve("a.txt"), "alph");

        cache.folderOf(artifact, this::fetch);

        assertThat(fetches).hasValue(2);
        assertThat(place.resolve("a.txt")).hasContent("alpha");
    }

    @Test
    void givenFileInCacheThatIsGone_whenAsked_thenItIsFetchedAgain() throws IOException {
        Path place = cache.folderOf(artifact, this::fetch);
        Files.delete(place.resolve("lib/b.txt"));

        cache.folderOf(artifact, this::fetch);

        assertThat(fetches).hasValue(2);
        assertThat(place.resolve("lib/b.txt")).hasContent("beta");
    }

    @Test
    void givenProcessThatDiedWhileUnpacking_whenAsked_thenItsRemainsAreNotUsed() throws IOException {
        Path remains = Files.createDirectories(root.resolve("thing-1.0.staging").resolve("unpacked"));
        Files.writeString(remains.resolve("a.txt"), "half");

        Path place = cache.folderOf(artifact, this::fetch);

        assertThat(place.resolve("a.txt")).hasContent("alpha");
        assertThat(namesIn(root)).containsExactlyInAnyOrder("thing-1.0", "thing-1.0.lock");
    }

    @Test
    void givenArchiveThatWasChanged_whenFetched_thenBothHashesAreNamedAndNothingIsKept() throws IOException {
        Path forged = TestingArchive.write(folder.resolve("forged.tgz"), Map.of("package/a.txt", "evil"));

        assertThatThrownBy(() -> cache.folderOf(artifact, (staging, bytes) -> forged))
                .isInstanceOf(StackException.class)
                .hasMessageContaining(forged.toString())
                .hasMessageContaining(artifact.sha512())
                .hasMessageContaining(Sha512.of(forged, bytes -> {}));
        assertThat(namesIn(root)).containsExactly("thing-1.0.lock");
    }

    @Test
    void givenArchiveWithAPathOutOfItsFolder_whenUnpacked_thenItIsRejected() throws IOException {
        Path hostile = TestingArchive.write(folder.resolve("hostile.tgz"), Map.of("package/../../escaped.txt", "evil"));

        assertThatThrownBy(() -> cache.folderOf(TestingArchive.artifactOf(hostile), (staging, bytes) -> hostile))
                .isInstanceOf(StackException.class)
                .hasMessageContaining("package/../../escaped.txt");
        assertThat(root.resolve("escaped.txt")).doesNotExist();
        assertThat(namesIn(root)).containsExactly("thing-1.0.lock");
    }

    @Test
    void givenManyThreads_whenAllAskAtOnce_thenOneFetchesForAll() throws Exception {
        int count = 8;
        CyclicBarrier together = new CyclicBarrier(count);
        List<Future<Path>> places = new ArrayList<>();
        try (ExecutorService threads = Executors.newFixedThreadPool(count)) {
            for (int i = 0; i < count; i++) {
                places.add(threads.submit(() -> {
                    together.await();
                    return new ArtifactCache(root, StartListener.NONE).folderOf(artifact, this::fetch);
                }));
            }
        }

        for (Future<Path> place : places) {
            assertThat(place.get().resolve("a.txt")).hasContent("alpha");
        }
        assertThat(fetches).hasValue(1);
    }

    @Test
    void givenListener_whenFetched_thenEachPhaseEndsWithItsTotal() {
        List<String> complete = new CopyOnWriteArrayList<>();
        StartListener listener = (phase, subject, done, total) -> {
            assertThat(done).isBetween(0L, total);
            if (done == total) {
                complete.add(phase + " " + subject);
            }
        };

        new ArtifactCache(root, listener).folderOf(artifact, (staging, bytes) -> {
            bytes.accept(artifact.archiveBytes());
            return archive;
        });

        assertThat(complete).containsExactly("DOWNLOAD Thing 1.0", "VERIFY Thing 1.0", "UNPACK Thing 1.0");
    }

    private Path fetch(Path staging, LongConsumer bytesSoFar) throws IOException {
        fetches.incrementAndGet();
        return Files.copy(archive, staging.resolve("fetched.tgz"));
    }

    private static List<String> namesIn(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }
}
