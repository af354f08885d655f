package dev.tollgate.faults.cluster;

import dev.tollgate.schemas.avro.RequestEvent;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A service that publishes with a spool ({@link PublisherChild}). Told which events to publish, it tells which are
 * safe.
 */
public final class PublisherServer implements Server {
    private static final Duration ORDERLY_STOP = Duration.ofSeconds(30);

    private final List<String> settings;
    private final Path folder;
    private final Path logs;
    private final Consumer<RequestEvent> safe;
    private @Nullable Incarnation current;
    private int starts;

    /** One life of the process. */
    private static final class Incarnation {
        private final Process process;
        private final BufferedWriter input;
        /** Handed over and not known to be safe, oldest first. */
        private final ArrayDeque<RequestEvent> handed = new ArrayDeque<>();

        private int safe;
        private volatile CountDownLatch flushed = new CountDownLatch(1);

        private Incarnation(Process process) {
            this.process = process;
            this.input = process.outputWriter(StandardCharsets.US_ASCII);
        }
    }

    /** @param safe hears of each event that cannot be lost any more */
    PublisherServer(List<String> settings, Path folder, Path logs, Consumer<RequestEvent> safe) {
        this.settings = List.copyOf(settings);
        this.folder = folder;
        this.logs = logs;
        this.safe = safe;
    }

    @Override
    public String name() {
        return "publisher";
    }

    @Override
    public boolean isRole() {
        return true;
    }

    @Override
    public synchronized void start() {
        if (isAlive()) {
            return;
        }
        List<String> command = new ArrayList<>(Child.java(192));
        command.addAll(List.of("-classpath", System.getProperty("java.class.path")));
        command.add(PublisherChild.class.getName());
        command.addAll(settings);
        Process process = Child.launch(
                new ProcessBuilder(command)
                        .redirectError(logs.resolve("publisher.%03d.log".formatted(++starts))
                                .toFile()),
                Map.of(),
                folder);
        Incarnation started = new Incarnation(process);
        current = started;
        Thread.ofPlatform().daemon().name("publisher-output").start(() -> listen(started));
        notifyAll();
    }

    /**
     * Hands one event to the process, waiting for one that runs. If the process dies over it nothing is known of the
     * event: it may be published, once.
     */
    public void publish(RequestEvent event) throws InterruptedException {
        Incarnation taker = awaitRunning();
        try {
            String line =
                    Base64.getEncoder().encodeToString(event.toByteBuffer().array());
            synchronized (taker) {
                taker.handed.add(event);
            }
            taker.input.write(line);
            taker.input.newLine();
            taker.input.flush();
        } catch (IOException e) {
            // It was killed with the event on its way.
            taker.process.waitFor();
        }
    }

    /** Waits until Kafka has everything that the process knows of. Returns false if time runs out. */
    public boolean flush(Duration patience) throws InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        while (System.nanoTime() < deadline) {
            Incarnation asked = awaitRunning();
            CountDownLatch flushed = new CountDownLatch(1);
            asked.flushed = flushed;
            try {
                asked.input.newLine();
                asked.input.flush();
                while (asked.process.isAlive() && System.nanoTime() < deadline) {
                    if (flushed.await(50, TimeUnit.MILLISECONDS)) {
                        return true;
                    }
                }
            } catch (IOException e) {
                asked.process.waitFor();
            }
        }
        return false;
    }

    private synchronized Incarnation awaitRunning() throws InterruptedException {
        while (!isAlive()) {
            wait(100);
        }
        return Objects.requireNonNull(current);
    }

    private void listen(Incarnation incarnation) {
        try (BufferedReader output = incarnation.process.inputReader(StandardCharsets.US_ASCII)) {
            String line;
            while ((line = output.readLine()) != null) {
                if (line.equals("FLUSHED")) {
                    incarnation.flushed.countDown();
                } else if (line.startsWith("SAFE ")) {
                    tellSafe(incarnation, Integer.parseInt(line.substring("SAFE ".length())));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void tellSafe(Incarnation incarnation, int count) {
        List<RequestEvent> news = new ArrayList<>();
        synchronized (incarnation) {
            for (; incarnation.safe < count; incarnation.safe++) {
                news.add(incarnation.handed.remove());
            }
        }
        news.forEach(safe);
    }

    @Override
    public void kill() throws InterruptedException {
        Process process = running().process;
        process.destroyForcibly();
        process.waitFor();
    }

    @Override
    public void stop() throws InterruptedException {
        Incarnation stopping = running();
        try {
            stopping.input.close();
        } catch (IOException e) {
            // It has ended already.
        }
        if (!stopping.process.waitFor(ORDERLY_STOP.toMillis(), TimeUnit.MILLISECONDS)) {
            throw new IllegalStateException("the publisher did not stop within " + ORDERLY_STOP);
        }
    }

    @Override
    public long pid() {
        return running().process.pid();
    }

    @Override
    public synchronized boolean isAlive() {
        return current != null && current.process.isAlive();
    }

    private synchronized Incarnation running() {
        return Objects.requireNonNull(current, "the publisher was never started");
    }
}
