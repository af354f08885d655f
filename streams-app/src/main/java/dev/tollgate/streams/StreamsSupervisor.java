package dev.tollgate.streams;

import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.input.TaskBeginnings;
import dev.tollgate.streams.metrics.AccountingMetrics;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.CloseOptions.GroupMembershipOperation;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.TaskMetadata;
import org.apache.kafka.streams.ThreadMetadata;
import org.apache.kafka.streams.errors.StreamsException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.processor.TaskId;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps Kafka Streams running: replaces threads that ended by a fault that may pass, and Kafka Streams itself where it
 * gave up.
 *
 * <p>Kafka Streams can replace a thread by itself ({@code REPLACE_THREAD}), and does so on the thread that is ending.
 * That is not enough. A pause there, or anything else that takes long, happens while the thread is still a member of
 * the group, and the rebalance of everybody else waits for it. If the new thread cannot be made at that moment there is
 * none, and nobody is told. So a failed thread ends at once and leaves the group; a thread of the supervisor looks
 * several times a second whether there are as many threads as configured, and adds what is missing when the pause is
 * over ({@link ReplacementBackoff}). An attempt that fails is made again. Kafka Streams in {@code ERROR} cannot be
 * started again: another one takes its place, on the same state folder.
 *
 * <p>{@link FaultKind} says what may pass and {@link StuckPositions} when it has not. Thread-safe.
 */
final class StreamsSupervisor implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StreamsSupervisor.class);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);
    private static final long LOOK_MILLIS = 200;

    /** Kafka Streams that does not come to an end for so long never will, and the process must end for it. */
    private static final Duration LONGEST_END = Duration.ofMinutes(5);

    private final Supplier<KafkaStreams> factory;
    private final AccountingConfig config;
    private final TaskBeginnings beginnings;
    private final AccountingMetrics metrics;
    private final KafkaStreamsMeters kafkaMeters;
    private final ReplacementBackoff backoff = new ReplacementBackoff(RandomGenerator.getDefault());
    private final StuckPositions stuck = new StuckPositions(StuckPositions.MOST_ATTEMPTS);
    /** Counted apart: an outage that has kept a position for a while must not use up the attempts of our own faults. */
    private final StuckPositions stuckByOurs = new StuckPositions(StuckPositions.MOST_ATTEMPTS_OF_OURS);

    private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor(
            Thread.ofPlatform().daemon().name("accounting-supervisor").factory());
    /** Threads that failed and may still be ending; Kafka Streams goes on listing them as they were. */
    private final Set<Thread> ending = ConcurrentHashMap.newKeySet();

    private volatile KafkaStreams streams;
    private volatile boolean closing;
    private @Nullable Long endingSinceNanos;
    private boolean anew;

    /**
     * Makes the first Kafka Streams; nothing is connected yet.
     *
     * @param factory makes one that was not started
     * @param config says how many stream threads there are to be
     * @param beginnings where the tasks begin to read
     */
    StreamsSupervisor(
            Supplier<KafkaStreams> factory,
            AccountingConfig config,
            TaskBeginnings beginnings,
            AccountingMetrics metrics) {
        this.factory = factory;
        this.config = config;
        this.beginnings = beginnings;
        this.metrics = metrics;
        this.kafkaMeters = new KafkaStreamsMeters(metrics.registry());
        this.streams = prepared();
    }

    void start() {
        streams.start();
        // look() throws nothing, so it goes on until it is shut down.
        var _ = looking.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    boolean isRunning() {
        KafkaStreams present = streams;
        return present.state() == KafkaStreams.State.RUNNING && liveThreads(present) > 0;
    }

    boolean isStopped() {
        return stopped.getCount() == 0;
    }

    void awaitTermination() throws InterruptedException {
        stopped.await();
        Throwable cause = failure.get();
        if (cause != null) {
            throw new IllegalStateException("the accounting role stopped by a fault: " + cause.getMessage(), cause);
        }
    }

    Map<MetricName, ? extends Metric> kafkaMetrics() {
        return streams.metrics();
    }

    @Override
    public void close() {
        closing = true;
        looking.shutdown();
        try {
            // It may be making another Kafka Streams at this moment, which then is the one to close.
            if (!looking.awaitTermination(CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("accounting is still being started again while it closes");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!streams.close(closeOptions())) {
            LOG.warn(
                    "accounting did not stop in time; open transactions are aborted by the brokers: seconds={}",
                    CLOSE_TIMEOUT.toSeconds());
        }
        kafkaMeters.close();
        stopped.countDown();
    }

    /**
     * Kafka Streams stays in the group by default, and nobody serves its partitions until its session times out. An
     * instance with a lasting name is expected back within that time; one without leaves, and the others take over at
     * once.
     */
    private CloseOptions closeOptions() {
        return CloseOptions.groupMembershipOperation(
                        config.instanceId() == null
                                ? GroupMembershipOperation.LEAVE_GROUP
                                : GroupMembershipOperation.REMAIN_IN_GROUP)
                .withTimeout(CLOSE_TIMEOUT);
    }

    private KafkaStreams prepared() {
        KafkaStreams fresh = factory.get();
        fresh.setStateListener((now, before) -> LOG.info("accounting: state={} before={}", now, before));
        fresh.setUncaughtExceptionHandler(this::respondTo);
        kafkaMeters.bind(fresh);
        return fresh;
    }

    /**
     * Runs on the thread that failed. Its transaction is aborted and its records are read again by whoever gets its
     * partitions.
     */
    private StreamThreadExceptionResponse respondTo(Throwable fault) {
        if (closing) {
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        }
        if (!mayBeginAgain(fault)) {
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        }
        metrics.replacedThreads.increment();
        ending.add(Thread.currentThread());
        Thread.currentThread().setUncaughtExceptionHandler((thread, end) -> LOG.debug("{} has ended", thread, end));
        throw new ThreadEnds(fault);
    }

    /** Sets the pause, or the failure. */
    private boolean mayBeginAgain(Throwable fault) {
        FaultKind kind = FaultKind.of(fault);
        Map<TopicPartition, Long> begun = beginnings.of(tasksOf(fault));
        // An exception of ours that came without a record would not be counted, and come for ever.
        if (kind == FaultKind.FATAL || (kind == FaultKind.OURS && begun.isEmpty())) {
            LOG.error("accounting stops: a fault that waiting does not mend", fault);
            Throwable explained = InputPositions.explain(fault, config.applicationId());
            failure.compareAndSet(null, explained == null ? fault : explained);
            return false;
        }
        long now = System.nanoTime();
        if (kind != FaultKind.SILENCE) {
            String where = (kind == FaultKind.OURS ? stuckByOurs : stuck).failed(begun, now);
            if (where != null) {
                LOG.error("accounting stops: it does not get past {}", where, fault);
                failure.compareAndSet(
                        null,
                        new IllegalStateException(
                                "accounting does not get past " + where + "; the last fault was: " + fault, fault));
                return false;
            }
        }
        LOG.warn("accounting pauses and begins again: pauseMillis={}", backoff.failed(now), fault);
        return true;
    }

    /** The task that the fault is of, or all tasks of the thread. */
    private Collection<TaskId> tasksOf(Throwable fault) {
        Optional<TaskId> named = fault instanceof StreamsException exception ? exception.taskId() : Optional.empty();
        if (named.isPresent()) {
            return List.of(named.get());
        }
        String thread = Thread.currentThread().getName();
        return localThreads(streams).stream()
                .filter(metadata -> metadata.threadName().equals(thread))
                .flatMap(metadata -> metadata.activeTasks().stream())
                .map(TaskMetadata::taskId)
                .toList();
    }

    private void look() {
        try {
            if (!closing) {
                repair(streams);
            }
        } catch (RuntimeException e) {
            // Making clients failed; what is missing is still missing when the pause is over.
            if (!mayBeginAgain(e)) {
                stopped.countDown();
            }
        }
    }

    private void repair(KafkaStreams present) {
        KafkaStreams.State state = present.state();
        if (state == KafkaStreams.State.PENDING_ERROR) {
            watchEnd();
            return;
        }
        endingSinceNanos = null;
        if (failure.get() != null) {
            if (state == KafkaStreams.State.ERROR) {
                stopped.countDown();
            }
            return;
        }
        if (backoff.isPausing(System.nanoTime())) {
            return;
        }
        if (anew || state == KafkaStreams.State.ERROR) {
            beginAnew(present);
        } else if (state.isRunningOrRebalancing()) {
            addMissingThreads(present);
        }
    }

    private void addMissingThreads(KafkaStreams present) {
        for (long live = liveThreads(present); live < config.threads(); live++) {
            Optional<String> added = present.addStreamThread();
            LOG.info("accounting: a stream thread was added: name={}", added.orElse("none"));
            if (added.isEmpty()) {
                return;
            }
            // The name of a thread that has come to its end is given to the next one.
            ending.removeIf(thread -> thread.getName().equals(added.get()));
        }
    }

    private void beginAnew(KafkaStreams ended) {
        LOG.warn("Kafka Streams has ended and is made anew");
        metrics.restarts.increment();
        // Until it has started: one that was started by half looks as if it were running.
        anew = true;
        ended.close(CLOSE_TIMEOUT);
        KafkaStreams fresh = prepared();
        streams = fresh;
        fresh.start();
        anew = false;
    }

    private void watchEnd() {
        long now = System.nanoTime();
        if (endingSinceNanos == null) {
            endingSinceNanos = now;
        } else if (now - endingSinceNanos > LONGEST_END.toNanos()) {
            failure.compareAndSet(
                    null,
                    new IllegalStateException("Kafka Streams did not come to an end within " + LONGEST_END.toMinutes()
                            + " min after a fault; start this instance again"));
            stopped.countDown();
        }
    }

    private long liveThreads(KafkaStreams streams) {
        List<String> listed =
                localThreads(streams).stream().map(ThreadMetadata::threadName).toList();
        ending.removeIf(thread -> !thread.isAlive() || !listed.contains(thread.getName()));
        List<String> failed = ending.stream().map(Thread::getName).toList();
        return listed.stream().filter(name -> !failed.contains(name)).count();
    }

    private static Collection<ThreadMetadata> localThreads(KafkaStreams streams) {
        try {
            return streams.metadataForLocalThreads();
        } catch (IllegalStateException e) {
            // It is neither running nor rebalancing any more.
            LOG.debug("no threads to be seen", e);
            return List.of();
        }
    }

    /** Ends a stream thread from within its exception handler. */
    private static final class ThreadEnds extends RuntimeException {
        private static final long serialVersionUID = 1L;

        ThreadEnds(Throwable fault) {
            super("the thread ends and is replaced: " + fault.getMessage(), fault);
        }
    }
}
