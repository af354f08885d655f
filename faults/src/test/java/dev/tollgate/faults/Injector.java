package dev.tollgate.faults;

import static java.time.ZoneOffset.UTC;

import dev.tollgate.faults.cluster.ClickHouseDisk;
import dev.tollgate.faults.cluster.Cluster;
import dev.tollgate.faults.cluster.Link;
import dev.tollgate.faults.cluster.Server;
import java.io.IOException;
import java.time.Duration;
import java.time.YearMonth;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Does what schedules say. What it has ended it starts again, as a supervisor would; of what ended by itself it takes
 * note, and starts it again as well, so that the rest of the round can be judged.
 */
final class Injector implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Injector.class);
    private static final long LOOK_MILLIS = 200;
    private static final Duration RUNNING_WITHIN = Duration.ofMinutes(2);

    private final Cluster cluster;
    private final Map<String, Server> servers = new HashMap<>();
    private final Map<String, Link> links = new HashMap<>();
    /** One fault at a time for each server: a paused one cannot be killed before it goes on. */
    private final Map<String, ReentrantLock> locks = new ConcurrentHashMap<>();

    private final List<String> ended = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger kills = new AtomicInteger();
    private final AtomicInteger pauses = new AtomicInteger();
    private final AtomicInteger cuts = new AtomicInteger();
    private final AtomicInteger restarts = new AtomicInteger();
    private final AtomicInteger renames = new AtomicInteger();
    private final Thread supervisor;
    private volatile boolean closed;

    Injector(Cluster cluster) {
        this.cluster = cluster;
        cluster.running().forEach(server -> servers.put(server.name(), server));
        cluster.accounting().forEach(server -> servers.put(server.name(), server));
        cluster.links().forEach(link -> links.put(link.name(), link));
        supervisor = Thread.ofPlatform().daemon().name("supervisor").start(this::supervise);
    }

    /** How often what was done so far. */
    record Tally(int kills, int pauses, int cuts, int restarts, int renames) {
        Tally minus(Tally other) {
            return new Tally(
                    kills - other.kills,
                    pauses - other.pauses,
                    cuts - other.cuts,
                    restarts - other.restarts,
                    renames - other.renames);
        }
    }

    Tally tally() {
        return new Tally(kills.get(), pauses.get(), cuts.get(), restarts.get(), renames.get());
    }

    /** Roles and servers that ended by themselves since the last call. */
    List<String> takeEnded() {
        synchronized (ended) {
            List<String> taken = List.copyOf(ended);
            ended.clear();
            return taken;
        }
    }

    /** Lets a schedule strike and returns when its last fault is over and everything has been started again. */
    void run(Schedule schedule) throws InterruptedException, ExecutionException {
        long begun = System.nanoTime();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<?>> strikes = new ArrayList<>();
            for (Schedule.Strike strike : schedule.strikes()) {
                strikes.add(threads.submit(() -> {
                    TimeUnit.NANOSECONDS.sleep(
                            begun + TimeUnit.MILLISECONDS.toNanos(strike.atMillis()) - System.nanoTime());
                    log.info("fault: {}", strike.fault());
                    strike(strike.fault());
                    log.info("over: {}", strike.fault());
                    return null;
                }));
            }
            for (Future<?> strike : strikes) {
                strike.get();
            }
        }
    }

    private static void awaitRunning(Server instance) throws InterruptedException {
        long deadline = System.nanoTime() + RUNNING_WITHIN.toNanos();
        while (!instance.hasLogged("state=RUNNING")) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(instance.name() + " does not run after " + RUNNING_WITHIN);
            }
            Thread.sleep(100);
        }
    }

    private void strike(Fault fault) throws InterruptedException {
        switch (fault) {
            case Fault.Kill kill -> restart(server(kill.server()), kill.downMillis(), false);
            case Fault.Empty empty -> restart(server(empty.server()), empty.downMillis(), true);
            case Fault.Pause pause -> pause(server(pause.server()), pause.millis());
            case Fault.Away away -> {
                List<Link> ways = cluster.links().stream()
                        .filter(link -> link.name().startsWith(away.what()))
                        .toList();
                become(ways, Link.Weather.CUT, away.millis());
            }
            case Fault.Network network ->
                become(List.of(links.get(network.link())), network.weather(), network.millis());
            case Fault.Rolling rolling -> {
                for (Server instance : cluster.accounting().stream()
                        .filter(cluster.running()::contains)
                        .toList()) {
                    exclusively(instance, () -> {
                        instance.stop();
                        restarts.incrementAndGet();
                        instance.start();
                    });
                    if (rolling.untilRunning()) {
                        awaitRunning(instance);
                    }
                    Thread.sleep(rolling.betweenMillis());
                }
            }
            case Fault.Disk disk ->
                // Held all the time, so that ClickHouse does not start on a folder with an obstacle.
                exclusively(cluster.clickHouse(), () -> {
                    try (ClickHouseDisk.Obstacles obstacles =
                            cluster.clickHouseDisk().obstruct(disk.table(), disk.renames(), YearMonth.now(UTC))) {
                        renames.addAndGet(obstacles.count());
                        Thread.sleep(disk.millis());
                    }
                });
            case Fault.Rebalance rebalance -> {
                Server third = cluster.accounting().getLast();
                exclusively(third, () -> {
                    third.start();
                    Thread.sleep(rebalance.stayMillis());
                    if (rebalance.crash()) {
                        third.kill();
                        kills.incrementAndGet();
                    } else {
                        third.stop();
                    }
                    third.emptyState();
                });
            }
        }
    }

    private void restart(Server server, long downMillis, boolean empty) throws InterruptedException {
        exclusively(server, () -> {
            server.kill();
            kills.incrementAndGet();
            if (empty) {
                server.emptyState();
            }
            Thread.sleep(downMillis);
            server.start();
        });
    }

    /**
     * Stops a process and lets it go on. A process of its own sees to that, so that it goes on even if this one ends
     * meanwhile.
     */
    private void pause(Server server, long millis) throws InterruptedException {
        exclusively(server, () -> {
            pauses.incrementAndGet();
            try {
                Process pausing = new ProcessBuilder(
                                "/bin/sh",
                                "-c",
                                "kill -STOP $0 && sleep $1; kill -CONT $0",
                                Long.toString(server.pid()),
                                Double.toString(millis / 1_000.0))
                        .inheritIO()
                        .start();
                pausing.waitFor();
            } catch (IOException e) {
                throw new IllegalStateException("cannot stop " + server.name(), e);
            }
        });
    }

    private void become(List<Link> ways, Link.Weather weather, long millis) throws InterruptedException {
        for (Link way : ways) {
            lock("link " + way.name()).lockInterruptibly();
        }
        try {
            cuts.addAndGet(ways.size());
            ways.forEach(way -> way.become(weather));
            Thread.sleep(millis);
        } finally {
            ways.forEach(way -> way.become(Link.Weather.CLEAR));
            for (Link way : ways.reversed()) {
                lock("link " + way.name()).unlock();
            }
        }
    }

    private interface Deed {
        void run() throws InterruptedException;
    }

    private void exclusively(Server server, Deed deed) throws InterruptedException {
        // Two of three Kafka nodes down at once are an outage rather than a fault of one: one at a time.
        ReentrantLock lock = lock(server.name().startsWith("kafka-") ? "kafka" : server.name());
        lock.lockInterruptibly();
        try {
            deed.run();
        } finally {
            lock.unlock();
        }
    }

    private ReentrantLock lock(String name) {
        return locks.computeIfAbsent(name, any -> new ReentrantLock());
    }

    private Server server(String name) {
        Server server = servers.get(name);
        if (server == null) {
            throw new IllegalArgumentException("no server is called " + name);
        }
        return server;
    }

    private void supervise() {
        while (!closed) {
            try {
                Thread.sleep(LOOK_MILLIS);
                for (Server server : cluster.running()) {
                    ReentrantLock lock = lock(server.name().startsWith("kafka-") ? "kafka" : server.name());
                    // Whoever holds the lock has ended the server, and starts it again.
                    if (!server.isAlive() && lock.tryLock()) {
                        try {
                            if (!server.isAlive() && !closed) {
                                log.warn("{} ended by itself and is started again", server.name());
                                ended.add(server.name() + " ended by itself; its log says why");
                                server.start();
                            }
                        } finally {
                            lock.unlock();
                        }
                    }
                }
            } catch (InterruptedException e) {
                return;
            } catch (RuntimeException e) {
                if (!closed) {
                    log.error("a server could not be started again", e);
                }
            }
        }
    }

    @Override
    public void close() {
        closed = true;
        supervisor.interrupt();
    }
}
