package dev.tollgate.notify;

import static dev.tollgate.notify.NotifyFixture.await;
import static dev.tollgate.notify.NotifyFixture.event;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.notify.TestingReceiver.Received;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The role as a process of its own, killed again and again under load. {@code -Dtollgate.kills=N} kills more often,
 * {@code -Dtollgate.seed=N} repeats a run's accounts, failures and times.
 */
class KilledNotifyIT {
    private static final int KILLS = Integer.getInteger("tollgate.kills", 5);
    private static final int ACCOUNTS = 12;
    private static final int MAX_BACKLOG = 300;

    @TempDir
    static Path folder;

    private static NotifyFixture fixture;

    private final long seed = Long.getLong("tollgate.seed", System.nanoTime());
    private @Nullable Process role;

    @BeforeAll
    static void start() throws Exception {
        fixture = new NotifyFixture(folder.resolve("kafka"));
        fixture.newTopics();
    }

    @AfterAll
    static void stop() {
        fixture.close();
    }

    @Test
    void givenKillsUnderLoad_whenAllIsOver_thenNothingIsMissingAndOrderIsKept() throws Exception {
        System.out.println("KilledNotifyIT -Dtollgate.seed=" + seed + " -Dtollgate.kills=" + KILLS);
        Random random = new Random(seed);
        Random failures = new Random(seed + 1);
        List<String> expected = new ArrayList<>();
        try (TestingReceiver receiver = new TestingReceiver(any -> {
            synchronized (failures) {
                return failures.nextInt(10) == 0 ? TestingReceiver.status(500) : TestingReceiver.OK;
            }
        })) {
            Path properties = properties(receiver.url());
            AtomicBoolean publishing = new AtomicBoolean(true);
            Map<String, Long> versions = new HashMap<>();
            Thread load = Thread.ofPlatform().start(() -> {
                try {
                    while (publishing.get()) {
                        int before = expected.size();
                        await("room", () -> before - receiver.received().size() < MAX_BACKLOG || !publishing.get());
                        String account = "account-" + random.nextInt(ACCOUNTS);
                        long version = versions.merge(account, 1L, Long::sum);
                        fixture.publish(event(account, version));
                        expected.add(account + "-" + version);
                    }
                } catch (Exception e) {
                    throw new AssertionError(e);
                }
            });
            try {
                Random kills = new Random(seed + 2);
                for (int i = 0; i < KILLS; i++) {
                    int before = receiver.received().size();
                    start(properties);
                    int more = 5 + kills.nextInt(60);
                    await("messages after start " + i, () -> receiver.received().size() >= before + more);
                    kill();
                }
                publishing.set(false);
                load.join();
                start(properties);
                await("all delivered", () -> delivered().containsAll(expected));
            } finally {
                publishing.set(false);
                load.join();
                kill();
            }

            assertThat(receiver.mostInFlightOfAnAccount())
                    .as("at the same time")
                    .isLessThanOrEqualTo(2);
            assertOrder(receiver);
        }
    }

    /**
     * Of each account the sequence never falls, and a version that was accepted comes again only right behind itself,
     * once a kill at most.
     */
    private void assertOrder(TestingReceiver receiver) {
        Map<String, Long> newest = new HashMap<>();
        Map<String, Integer> acceptedTimes = new HashMap<>();
        Map<String, List<Byte>> bodies = new HashMap<>();
        for (Received request : receiver.received()) {
            long before = newest.getOrDefault(request.account(), 0L);
            assertThat(request.sequence())
                    .as("order of %s, seed %d", request.account(), seed)
                    .isBetween(before, before + 1);
            newest.put(request.account(), request.sequence());
            acceptedTimes.merge(request.id(), 1, Integer::sum);
            List<Byte> body = new ArrayList<>();
            for (byte value : request.body()) {
                body.add(value);
            }
            assertThat(bodies.computeIfAbsent(request.id(), any -> body))
                    .as("bytes of %s", request.id())
                    .isEqualTo(body);
        }
        long repeated = receiver.received().size() - acceptedTimes.size();
        assertThat(repeated)
                .as("repeated requests: a tenth fails, and a kill repeats one of each account at most")
                .isLessThan(receiver.received().size() / 5 + (long) KILLS * ACCOUNTS);
    }

    private static Set<String> delivered() {
        Set<String> ids = new HashSet<>();
        fixture.deliveries().stream()
                .filter(delivery -> delivery.getOutcome() == dev.tollgate.schemas.avro.NotifyOutcome.DELIVERED)
                .forEach(delivery -> ids.add(delivery.getLimitEventId()));
        return ids;
    }

    private static Path properties(String url) throws IOException {
        Properties properties = new Properties();
        fixture.settings(fixture.endpoint("killed", url)).forEach(properties::setProperty);
        properties.setProperty("notify.instance-id", "only");
        Path file = folder.resolve("notify.properties");
        try (var writer = Files.newBufferedWriter(file)) {
            properties.store(writer, null);
        }
        return file;
    }

    private void start(Path properties) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1"));
        command.addAll(Arrays.asList(
                "-cp", System.getProperty("java.class.path"), NotifyProcess.class.getName(), properties.toString()));
        role = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        Path.of("target", "killed-notify.log").toFile()))
                .start();
    }

    private void kill() throws InterruptedException {
        Process running = role;
        if (running != null) {
            running.destroyForcibly();
            assertThat(running.waitFor(30, TimeUnit.SECONDS))
                    .as("the process has ended")
                    .isTrue();
            role = null;
        }
    }
}
