package dev.tollgate.streams.task;

import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.serde.AvroSerializer;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.metrics.AccountingMetrics;
import dev.tollgate.streams.store.SimulatedDisk;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.apache.kafka.streams.processor.TaskId;
import org.jspecify.annotations.Nullable;

/**
 * One process of the accounting role with one stream thread: some tasks, one producer whose transaction all of them
 * share, a clock of its own, and a disk that outlives the process.
 */
final class SimulatedInstance {
    /** What all instances of a simulation have in common. */
    record Surroundings(
            SimulatedLog log,
            AccountingConfig config,
            SchemaRegistryClient registry,
            AvroSerializer<SpecificRecord> serializer,
            int pendingWrites,
            LongSupplier clock,
            Runnable revived,
            BooleanSupplier isSlow) {}

    private final String name;
    private final Surroundings around;
    private final Map<Integer, Map<String, SimulatedDisk>> disks = new TreeMap<>();
    private final TreeMap<Integer, SimulatedTask> tasks = new TreeMap<>();
    private SimulatedCatalogReader catalog;
    private SimulatedLog.@Nullable Transaction transaction;
    private long skewMillis;

    /** How many more records can be sent before one times out; negative for no end. */
    private int sendsLeft = -1;

    /** How many more disk operations succeed before one fails; negative for no end. */
    private int diskOperationsLeft = -1;

    /** The group's generation that this member knows. */
    private int generation;

    private boolean actsOnThePast;
    private boolean up = true;

    SimulatedInstance(String name, Surroundings around) {
        this.name = name;
        this.around = around;
        this.catalog = newCatalog();
    }

    private SimulatedCatalogReader newCatalog() {
        return new SimulatedCatalogReader(
                around.log(),
                new TopicPartition(around.config().topics().name(Topic.PLAN_CATALOG), 0),
                around.config().planSettleTime(),
                around.registry(),
                this::nowMillis);
    }

    private SimulatedHorizon horizon(int partition) {
        return new SimulatedHorizon(
                around.log(),
                new TopicPartition(around.config().topics().name(Topic.REQUEST_EVENTS), partition),
                new TopicPartition(around.config().topics().name(Topic.ACCOUNT_EVENTS), partition),
                around.config().planSettleTime().toMillis() / 2,
                this::nowMillis,
                around.isSlow());
    }

    long nowMillis() {
        return around.clock().getAsLong() + skewMillis;
    }

    /** Sets how far the clock is ahead of everybody else's. */
    void skew(long millis) {
        skewMillis = millis;
    }

    AvroSerializer<SpecificRecord> serializer() {
        return around.serializer();
    }

    int pendingWrites() {
        return around.pendingWrites();
    }

    /** A send to come times out. */
    void failSendAfter(int sends) {
        sendsLeft = sends;
    }

    /** What it says from now on, until it has new tasks, may come of older state than its read positions. */
    void actOnThePast() {
        actsOnThePast = true;
        SimulatedLog.Transaction open = transaction;
        if (open != null) {
            open.comesOfThePast();
        }
    }

    /** An operation of a disk to come fails. */
    void failDiskAfter(int operations) {
        diskOperationsLeft = operations;
    }

    private void useDisk() {
        if (diskOperationsLeft >= 0 && diskOperationsLeft-- == 0) {
            throw new ProcessorStateException("the disk of " + name + " does not answer");
        }
    }

    boolean isUp() {
        return up;
    }

    int generation() {
        return generation;
    }

    /** Has heard of a rebalance. */
    void join(int newGeneration) {
        generation = newGeneration;
    }

    List<SimulatedTask> tasks() {
        return List.copyOf(tasks.values());
    }

    @Nullable
    SimulatedTask task(int partition) {
        return tasks.get(partition);
    }

    SimulatedLog.@Nullable Transaction transaction() {
        return transaction;
    }

    /** Appends a record in the open transaction, beginning one if there is none. */
    SimulatedLog.Entry send(
            TopicPartition place, byte @Nullable [] key, byte @Nullable [] value, @Nullable SpecificRecord decoded) {
        SimulatedLog.Transaction open = transaction;
        if (open == null) {
            open = new SimulatedLog.Transaction();
            transaction = open;
            if (actsOnThePast) {
                open.comesOfThePast();
            }
        } else if (!open.isOpen()) {
            throw new TaskMigratedException("the coordinator has ended the transaction of " + name);
        }
        if (sendsLeft >= 0 && sendsLeft-- == 0) {
            // As the record collector does when a send is not taken within max.block.ms.
            throw new TaskCorruptedException(Set.of(new TaskId(0, place.partition())));
        }
        return around.log().append(place, around.clock().getAsLong(), key, value, decoded, open);
    }

    /** The reader of the catalog comes to its end, asked or not. */
    void readCatalog() {
        catalog.read();
    }

    /** The partition is this member's: a new task over what its disk has. */
    void assign(int partition) {
        SimulatedTask task = new SimulatedTask(
                this,
                partition,
                around.log(),
                around.config(),
                new AccountingProcessor(
                        around.config(), around.registry(), catalog.plans(), this::horizon, new AccountingMetrics()),
                disks(partition));
        tasks.put(partition, task);
        task.open();
    }

    /** How much of a partition's state its disk has. */
    long restoredUpTo(int partition) {
        return disks(partition).values().stream()
                .mapToLong(SimulatedDisk::durableUpTo)
                .sum();
    }

    /** Follows a changelog without having the task, as a standby does. */
    void followAsStandby(int partition, int most) {
        disks(partition).forEach((store, disk) -> {
            disk.init(null, null);
            TopicPartition changelog = SimulatedTask.changelog(store, partition);
            long upTo = SimulatedTask.follow(around.log(), changelog, disk, disk.durableUpTo(), most);
            disk.commit(Map.of(changelog, upTo));
            disk.close();
        });
    }

    private Map<String, SimulatedDisk> disks(int partition) {
        return disks.computeIfAbsent(partition, _ -> {
            Map<String, SimulatedDisk> made = new LinkedHashMap<>();
            for (String store : List.of(
                    TopologyNames.ACCOUNT_STORE,
                    TopologyNames.SCOPE_STORE,
                    TopologyNames.EVENT_STORE,
                    TopologyNames.PENDING_WORK_STORE)) {
                made.put(store, new SimulatedDisk(store, this::useDisk));
            }
            return made;
        });
    }

    /** The transaction and the read positions of all tasks that did something. */
    void commit() {
        prepareCommit();
        SimulatedLog.Transaction open = transaction;
        Map<TopicPartition, Long> positions = new HashMap<>();
        for (SimulatedTask task : tasks.values()) {
            if (task.isCommitNeeded()) {
                positions.putAll(task.positions());
            }
        }
        if (open == null && positions.isEmpty()) {
            return;
        }
        if (open != null && !open.isOpen()) {
            throw new TaskMigratedException("the coordinator has ended the transaction of " + name);
        }
        around.log().commit(open == null ? new SimulatedLog.Transaction() : open, positions);
        transaction = null;
        tasks.values().forEach(SimulatedTask::committed);
    }

    private void prepareCommit() {
        for (SimulatedTask task : tasks.values()) {
            if (task.isCommitNeeded()) {
                task.prepareCommit();
            }
        }
    }

    /**
     * Hears nothing of its commit, whatever has become of it: every task that took part is closed dirty, revived and
     * begins again.
     *
     * @param arrived whether the commit counts all the same
     * @param diskFails whether the disks fail while the tasks are closed
     */
    void commitTimedOut(boolean arrived, boolean diskFails) {
        List<SimulatedTask> corrupted =
                tasks.values().stream().filter(SimulatedTask::isCommitNeeded).toList();
        if (arrived) {
            commit();
        } else {
            prepareCommit();
        }
        revive(corrupted, diskFails);
    }

    /**
     * A send was not taken: the task closes dirty and begins again. The producer can only abort, so that tasks that
     * have something to commit cannot; with them the thread ends.
     */
    void sendTimedOut(SimulatedTask task) {
        boolean alone = tasks.values().stream().noneMatch(other -> other != task && other.isCommitNeeded());
        if (alone) {
            revive(List.of(task), false);
        } else {
            replaceThread();
        }
    }

    private void revive(List<SimulatedTask> corrupted, boolean diskFails) {
        sendsLeft = -1;
        for (SimulatedTask task : corrupted) {
            task.closeDirty(diskFails);
            task.revive();
            around.revived().run();
        }
        // The producer begins anew under its old id, by which the coordinator ends what was open.
        abort();
        corrupted.forEach(SimulatedTask::open);
    }

    /** Hands a task on: what it did is committed before. */
    void revoke(int partition) {
        commit();
        SimulatedTask task = tasks.remove(partition);
        if (task != null) {
            task.checkpoint();
            task.suspend();
            task.closeClean();
        }
    }

    /** A rebalance takes the task away and gives it back before it was closed. */
    void suspendAndResume(int partition) {
        commit();
        SimulatedTask task = tasks.get(partition);
        if (task != null && task.isRunning()) {
            task.checkpoint();
            task.suspend();
            task.resume();
        }
    }

    /** The member was left out of the group, or fenced: all its tasks are lost. */
    void loseTasks(int newGeneration) {
        sendsLeft = -1;
        diskOperationsLeft = -1;
        for (SimulatedTask task : tasks.values()) {
            task.closeDirty(false);
        }
        tasks.clear();
        actsOnThePast = false;
        abort();
        generation = newGeneration;
    }

    /** An exception ends the thread; another one takes its place, with new objects. */
    void replaceThread() {
        sendsLeft = -1;
        diskOperationsLeft = -1;
        List<Integer> owned = new ArrayList<>(tasks.keySet());
        for (SimulatedTask task : tasks.values()) {
            task.closeDirty(false);
        }
        tasks.clear();
        actsOnThePast = false;
        abort();
        owned.forEach(this::assign);
    }

    /**
     * The process is gone. Its transaction stays open until the coordinator misses it.
     *
     * @param keepsDisk whether the disks have what was made durable last; else nothing
     * @return the transaction that it leaves behind, if any
     */
    SimulatedLog.@Nullable Transaction crash(boolean keepsDisk) {
        sendsLeft = -1;
        diskOperationsLeft = -1;
        tasks.clear();
        actsOnThePast = false;
        for (Map<String, SimulatedDisk> ofPartition : disks.values()) {
            ofPartition.values().forEach(keepsDisk ? SimulatedDisk::crash : SimulatedDisk::wipe);
        }
        up = false;
        SimulatedLog.Transaction left = transaction;
        transaction = null;
        return left;
    }

    /** A new process in the place of the one that crashed. */
    void restart(int newGeneration) {
        catalog = newCatalog();
        up = true;
        generation = newGeneration;
    }

    private void abort() {
        SimulatedLog.Transaction open = transaction;
        if (open != null) {
            around.log().abort(open);
        }
        transaction = null;
    }

    @Override
    public String toString() {
        return name;
    }
}
