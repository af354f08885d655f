package dev.tollgate.streams.task;

import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.serde.AvroSerializer;
import dev.tollgate.streams.config.AccountingConfig;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.errors.ProcessorStateException;
import org.apache.kafka.streams.errors.TaskCorruptedException;
import org.apache.kafka.streams.errors.TaskMigratedException;
import org.jspecify.annotations.Nullable;

/**
 * The accounting role under a simulated broker and clock: one seed decides the traffic, the order in which everything
 * happens and every fault, so that a run that fails fails again in the same way. Real are the processor, the task, the
 * engine and the stores down to the disk; simulated are the logs with their transactions, the disks, the clocks, and of
 * Kafka Streams the order in which it opens, restores, commits, suspends, closes and revives a task.
 *
 * <p>When the traffic has been published, all faults end, everything is read, and {@link SimulationChecks} looks at the
 * logs.
 */
final class AccountingSimulation {
    /** What can happen next, and how often it does, out of a thousand. */
    enum Happening {
        PUBLISH(170),
        PROCESS(330),
        PUNCTUATE(110),
        CLOCK_ADVANCES(60),
        CLOCK_JUMPS(12),
        COMMIT(120),
        COMMIT_TIMES_OUT(22),
        SEND_TIMES_OUT(14),
        DISK_FAILS(8),
        CRASH(16),
        RESTART(20),
        THREAD_DIES(8),
        PAUSE(10),
        PAUSED_IS_MISSED(10),
        REBALANCE(14),
        SUSPEND_AND_RESUME(14),
        RESTORE(50),
        STANDBY_FOLLOWS(22),
        CATALOG_IS_READ(20),
        COORDINATOR_ENDS_TRANSACTION(22);

        private final int share;

        Happening(int share) {
            this.share = share;
        }
    }

    /** What has come of it. */
    enum Effect {
        RECORDS_READ,
        COMMITS_LOST,
        COMMITS_ARRIVED_UNHEARD,
        TASKS_REVIVED,
        SENDS_TIMED_OUT,
        DISKS_FAILED,
        CRASHES,
        THREADS_REPLACED,
        MEMBERS_LEFT_OUT,
        COMMITS_FENCED,
        TRANSACTIONS_ENDED_BY_THE_COORDINATOR,
        TASKS_MOVED,
        TASKS_RESUMED,
        TASKS_RESTORED,
        OUTPUTS_ABORTED
    }

    private static final int PARTITIONS = 2;
    private static final int INSTANCES = 3;
    private static final int STEPS_IN_THE_END = 16;

    private final SplittableRandom random;
    private final SimulatedLog log = new SimulatedLog();
    private final SimulatedTraffic traffic;
    private final AccountingConfig config;
    private final SchemaRegistryClient registry;
    private final AvroSerializer<SpecificRecord> serializer;
    private final List<SimulatedInstance> instances = new ArrayList<>();

    /** Who has each partition, as the group knows it. */
    private final TreeMap<Integer, SimulatedInstance> owners = new TreeMap<>();

    /** Instances that the group does not hear from; they may go on without knowing. */
    private final List<SimulatedInstance> missed = new ArrayList<>();

    /** Transactions whose producer is gone. */
    private final List<SimulatedLog.Transaction> orphans = new ArrayList<>();

    private final Map<Effect, Long> effects = new EnumMap<>(Effect.class);
    private final Consumer<String> trace;
    private boolean ending;
    private int generation;
    private int published;
    private long nowMillis;

    AccountingSimulation(
            SplittableRandom random,
            AccountingConfig config,
            SchemaRegistryClient registry,
            AvroSerializer<SpecificRecord> serializer,
            Consumer<String> trace) {
        this.random = random;
        this.config = config;
        this.registry = registry;
        this.serializer = serializer;
        this.trace = trace;
        this.traffic = new SimulatedTraffic(random, config.topics(), serializer);
        this.nowMillis = traffic.arrivals().getFirst().atMillis();
        int pendingWrites = List.of(4, 16, 4_096).get(random.nextInt(3));
        for (int i = 0; i < INSTANCES; i++) {
            instances.add(instance("instance " + i, pendingWrites, log, () -> !ending && random.nextInt(3) == 0));
        }
        for (int partition = 0; partition < PARTITIONS; partition++) {
            assign(partition, instances.get(random.nextInt(INSTANCES)));
        }
    }

    /** Runs the schedule, and the end of all faults. */
    void run() {
        while (published < traffic.arrivals().size()) {
            happen(pick());
        }
        for (int i = random.nextInt(60); i > 0; i--) {
            happen(pick());
        }
        end();
    }

    SimulatedLog log() {
        return log;
    }

    SimulatedTraffic traffic() {
        return traffic;
    }

    AccountingConfig config() {
        return config;
    }

    /** How much of what there was. */
    Map<Effect, Long> effects() {
        return effects;
    }

    /** What an instance tells of: a task began again with the objects of its past life. */
    private void revived() {
        count(Effect.TASKS_REVIVED);
    }

    private void count(Effect effect) {
        effects.merge(effect, 1L, Long::sum);
    }

    /** What the stores of a partition's task hold in the end. */
    Map<String, Map<Bytes, byte[]>> stores(int partition) {
        return Objects.requireNonNull(
                        Objects.requireNonNull(owners.get(partition)).task(partition))
                .content();
    }

    SimulatedTask task(int partition) {
        return Objects.requireNonNull(
                Objects.requireNonNull(owners.get(partition)).task(partition));
    }

    /** A run of one instance that nothing ever happened to. */
    record Replay(SimulatedLog log, SimulatedInstance instance) {}

    /** The same input read by one instance that nothing ever happens to, long after it was written. */
    Replay replay() {
        SimulatedLog replayed = new SimulatedLog();
        for (SimulatedTraffic.Arrival arrival : traffic.arrivals()) {
            replayed.append(arrival.place(), arrival.atMillis(), arrival.key(), arrival.value(), null, null);
        }
        SimulatedInstance only = instance("replay", 4_096, replayed, () -> false);
        only.skew(STEPS_IN_THE_END * -1_000L);
        for (int partition = 0; partition < PARTITIONS; partition++) {
            only.assign(partition);
            SimulatedTask task = Objects.requireNonNull(only.task(partition));
            task.restore(Integer.MAX_VALUE);
            while (task.process() != null) {
                // Reads on.
            }
        }
        for (int i = 0; i < STEPS_IN_THE_END; i++) {
            only.skew((i + 1 - STEPS_IN_THE_END) * 1_000L);
            only.readCatalog();
            only.tasks().forEach(SimulatedTask::punctuate);
        }
        only.commit();
        return new Replay(replayed, only);
    }

    private SimulatedInstance instance(String name, int pendingWrites, SimulatedLog itsLog, BooleanSupplier isSlow) {
        return new SimulatedInstance(
                name,
                new SimulatedInstance.Surroundings(
                        itsLog, config, registry, serializer, pendingWrites, () -> nowMillis, this::revived, isSlow));
    }

    private Happening pick() {
        int sum = 0;
        for (Happening each : Happening.values()) {
            sum += each.share;
        }
        int point = random.nextInt(sum);
        for (Happening each : Happening.values()) {
            point -= each.share;
            if (point < 0) {
                return each;
            }
        }
        throw new AssertionError("shares do not add up");
    }

    private void happen(Happening next) {
        SimulatedInstance instance = instances.get(random.nextInt(INSTANCES));
        int partition = random.nextInt(PARTITIONS);
        switch (next) {
            case PUBLISH -> publish(1 + random.nextInt(5));
            case PROCESS -> onTask(instance, task -> process(task, 1 + random.nextInt(12)));
            case PUNCTUATE -> onTask(instance, AccountingSimulation::punctuate);
            case CLOCK_ADVANCES -> advance();
            case CLOCK_JUMPS -> jump(instance);
            case COMMIT -> onInstance(instance, "commits", this::commit);
            case COMMIT_TIMES_OUT -> commitTimesOut(instance);
            case SEND_TIMES_OUT -> {
                if (isMember(instance)) {
                    instance.failSendAfter(random.nextInt(40));
                }
            }
            case DISK_FAILS -> {
                if (isMember(instance)) {
                    instance.failDiskAfter(random.nextInt(40));
                }
            }
            case CRASH -> crash(instance);
            case RESTART -> restart(instance);
            case THREAD_DIES -> {
                if (instance.isUp() && !missed.contains(instance)) {
                    say(instance + " replaces its thread");
                    count(Effect.THREADS_REPLACED);
                    instance.replaceThread();
                }
            }
            case PAUSE -> leave(instance);
            case PAUSED_IS_MISSED -> {
                if (missed.contains(instance) && instance.isUp()) {
                    say(instance + " hears that it was left out");
                    rejoin(instance);
                }
            }
            case REBALANCE -> rebalance(partition, instance);
            case SUSPEND_AND_RESUME -> {
                if (isMember(instance)) {
                    onInstance(instance, "suspends and resumes " + partition, suspending -> {
                        count(Effect.TASKS_RESUMED);
                        suspending.suspendAndResume(partition);
                    });
                }
            }
            case RESTORE -> onInstance(instance, null, this::restore);
            case STANDBY_FOLLOWS -> {
                if (isMember(instance) && instance.task(partition) == null) {
                    onInstance(instance, null, standby -> standby.followAsStandby(partition, 1 + random.nextInt(200)));
                }
            }
            case CATALOG_IS_READ -> instance.readCatalog();
            case COORDINATOR_ENDS_TRANSACTION -> endOrphans(instance);
        }
    }

    private void publish(int count) {
        for (int i = 0; i < count && published < traffic.arrivals().size(); i++) {
            SimulatedTraffic.Arrival arrival = traffic.arrivals().get(published++);
            nowMillis = Math.max(nowMillis, arrival.atMillis());
            log.append(arrival.place(), arrival.atMillis(), arrival.key(), arrival.value(), null, null);
            say("published in " + arrival.place() + ": " + arrival.label());
        }
    }

    private void process(SimulatedTask task, int count) {
        for (int i = 0; i < count; i++) {
            SimulatedLog.Entry entry = task.process();
            if (entry == null) {
                return;
            }
            count(Effect.RECORDS_READ);
            say(task + " reads " + entry.place() + "@" + entry.offset());
        }
    }

    private static void punctuate(SimulatedTask task) {
        task.punctuate();
        SimulationChecks.pendingWritesAreBounded(task);
    }

    /** Time passes, never beyond the next record. */
    private void advance() {
        long most = published < traffic.arrivals().size()
                ? Math.max(0, traffic.arrivals().get(published).atMillis() - nowMillis)
                : 600_000;
        long step = List.of(60L, 1_000L, 60_000L, 86_400_000L).get(random.nextInt(4));
        nowMillis += Math.min(most, random.nextLong(step));
        say("it is " + nowMillis);
    }

    private void jump(SimulatedInstance instance) {
        // Clocks agree within half the settle time of plans, or a replay may differ (decision 007).
        long most = config.planSettleTime().toMillis() / 2;
        instance.skew(random.nextInt(3) == 0 ? 0 : random.nextLong(2 * most) - most);
        say(instance + "'s clock says " + instance.nowMillis());
    }

    private void commit(SimulatedInstance instance) {
        if (instance.generation() != generation) {
            throw new TaskMigratedException("the commit of " + instance + " is fenced");
        }
        instance.commit();
    }

    private void commitTimesOut(SimulatedInstance instance) {
        boolean arrived = random.nextBoolean();
        onInstance(instance, "hears nothing of its commit, which " + (arrived ? "arrived" : "is lost"), timedOut -> {
            if (timedOut.generation() != generation) {
                throw new TaskMigratedException("the commit of " + timedOut + " is fenced");
            }
            count(arrived ? Effect.COMMITS_ARRIVED_UNHEARD : Effect.COMMITS_LOST);
            timedOut.commitTimedOut(arrived, random.nextInt(4) == 0);
        });
    }

    private void crash(SimulatedInstance instance) {
        if (instance.isUp()) {
            boolean keepsDisk = random.nextBoolean();
            say(instance + " crashes " + (keepsDisk ? "and keeps its disk" : "and loses its disk"));
            SimulatedLog.Transaction left = instance.crash(keepsDisk);
            if (left != null) {
                orphans.add(left);
            }
            missed.remove(instance);
            count(Effect.CRASHES);
            takeFrom(instance);
        }
    }

    private void restart(SimulatedInstance instance) {
        if (!instance.isUp()) {
            say(instance + " starts again");
            instance.restart(generation);
            assignUnowned();
        }
    }

    /** The group does not hear from a member that goes on, and gives its partitions to others. */
    private void leave(SimulatedInstance instance) {
        if (isMember(instance) && instances.stream().filter(this::isMember).count() > 1) {
            say(instance + " is not heard of");
            missed.add(instance);
            count(Effect.MEMBERS_LEFT_OUT);
            takeFrom(instance);
        }
    }

    private void takeFrom(SimulatedInstance instance) {
        owners.values().removeIf(owner -> owner == instance);
        generation++;
        instances.stream().filter(this::isMember).forEach(member -> member.join(generation));
        assignUnowned();
    }

    private void assignUnowned() {
        for (int partition = 0; partition < PARTITIONS; partition++) {
            List<SimulatedInstance> members =
                    instances.stream().filter(this::isMember).toList();
            if (!owners.containsKey(partition) && !members.isEmpty()) {
                // Mostly whoever has most of the state, as Kafka Streams prefers.
                int wanted = partition;
                assign(
                        partition,
                        random.nextInt(4) == 0
                                ? members.get(random.nextInt(members.size()))
                                : Collections.max(
                                        members, Comparator.comparingLong(member -> member.restoredUpTo(wanted))));
            }
        }
    }

    private void assign(int partition, SimulatedInstance instance) {
        say(instance + " gets " + partition);
        owners.put(partition, instance);
        instance.join(generation);
        instance.assign(partition);
    }

    private void rejoin(SimulatedInstance instance) {
        SimulatedLog.Transaction open = instance.transaction();
        if (open != null) {
            log.abort(open);
        }
        instance.loseTasks(generation);
        missed.remove(instance);
        assignUnowned();
    }

    private void rebalance(int partition, SimulatedInstance to) {
        SimulatedInstance from = owners.get(partition);
        if (!isMember(to) || from == to) {
            return;
        }
        say("partition " + partition + " moves from " + from + " to " + to);
        if (from != null) {
            guarded(from, () -> {
                if (random.nextInt(4) == 0) {
                    from.commitTimedOut(random.nextBoolean(), false);
                }
                from.revoke(partition);
            });
            if (from.task(partition) != null) {
                // A fault came in between; the next rebalance will see.
                return;
            }
        }
        generation++;
        instances.stream().filter(this::isMember).forEach(member -> member.join(generation));
        count(Effect.TASKS_MOVED);
        assign(partition, to);
    }

    private void restore(SimulatedInstance instance) {
        for (SimulatedTask task : instance.tasks()) {
            if (task.isRestoring()) {
                boolean newer = task.restore(random.nextInt(3) == 0 ? Integer.MAX_VALUE : 1 + random.nextInt(60));
                if (newer && missed.contains(instance)) {
                    // The next owner may have committed since. The brokers do not ask who wants to know positions.
                    instance.actOnThePast();
                }
                if (task.isRunning()) {
                    count(Effect.TASKS_RESTORED);
                    say(task + " is restored");
                    SimulationChecks.stateIsThatOfTheChangelog(log, task, task.restoredUpTo());
                }
            }
        }
    }

    /**
     * The coordinator ends what it has not heard of for long: of producers that are gone, or that the group does not
     * hear.
     */
    private void endOrphans(SimulatedInstance instance) {
        orphans.forEach(log::abort);
        orphans.clear();
        SimulatedLog.Transaction open = instance.transaction();
        if (missed.contains(instance) && open != null) {
            count(Effect.TRANSACTIONS_ENDED_BY_THE_COORDINATOR);
            say("the coordinator ends the transaction of " + instance);
            log.abort(open);
        }
    }

    private boolean isMember(SimulatedInstance instance) {
        return instance.isUp() && !missed.contains(instance);
    }

    private void onTask(SimulatedInstance instance, Consumer<SimulatedTask> action) {
        List<SimulatedTask> running =
                instance.tasks().stream().filter(SimulatedTask::isRunning).toList();
        if (instance.isUp() && !running.isEmpty()) {
            SimulatedTask task = running.get(random.nextInt(running.size()));
            onInstance(instance, null, _ -> action.accept(task));
        }
    }

    /** A member that is fenced loses its tasks and joins anew. */
    private void onInstance(SimulatedInstance instance, @Nullable String what, Consumer<SimulatedInstance> action) {
        if (!instance.isUp()) {
            return;
        }
        if (what != null) {
            say(instance + " " + what);
        }
        guarded(instance, () -> action.accept(instance));
    }

    /** Does something, and what a stream thread does when that fails. */
    private void guarded(SimulatedInstance instance, Runnable action) {
        try {
            action.run();
        } catch (TaskMigratedException e) {
            if (isMember(instance)) {
                throw new AssertionError("a member of the group was fenced", e);
            }
            count(Effect.COMMITS_FENCED);
            say(instance + " is fenced");
            rejoin(instance);
        } catch (TaskCorruptedException e) {
            SimulatedTask task = Objects.requireNonNull(
                    instance.task(e.corruptedTasks().iterator().next().partition()));
            count(Effect.SENDS_TIMED_OUT);
            say("a send of " + task + " times out");
            instance.sendTimedOut(task);
        } catch (ProcessorStateException e) {
            count(Effect.DISKS_FAILED);
            say("the disk fails " + instance + ", which replaces its thread");
            if (isMember(instance)) {
                instance.replaceThread();
            } else {
                rejoin(instance);
            }
        } catch (IllegalArgumentException | IllegalStateException e) {
            // It may have restored an older state than the positions are that the next owner has committed since.
            if (isMember(instance)) {
                throw e;
            }
            say(instance + " acts on the past and replaces its thread: " + e.getMessage());
            rejoin(instance);
        }
    }

    /** All faults end; everything is read, said and committed. */
    private void end() {
        say("all faults end");
        ending = true;
        for (SimulatedInstance instance : instances) {
            instance.skew(0);
            instance.failSendAfter(-1);
            instance.failDiskAfter(-1);
            restart(instance);
            if (missed.contains(instance)) {
                rejoin(instance);
            }
        }
        orphans.forEach(log::abort);
        orphans.clear();
        // Whatever any clock has said is past.
        nowMillis += 10_000 + random.nextLong(List.of(1L, 120_000L, 90_000_000L).get(random.nextInt(3)));
        owners.forEach((partition, owner) -> {
            SimulatedTask task = Objects.requireNonNull(owner.task(partition));
            while (task.isRestoring()) {
                long before = log.end(SimulatedTask.changelog(TopologyNames.ACCOUNT_STORE, partition));
                task.restore(Integer.MAX_VALUE);
                if (task.isRestoring()
                        && before == log.end(SimulatedTask.changelog(TopologyNames.ACCOUNT_STORE, partition))) {
                    // Another member's open transaction is in the way.
                    instances.forEach(this::commit);
                }
            }
            process(task, Integer.MAX_VALUE);
        });
        for (int i = 0; i < STEPS_IN_THE_END; i++) {
            nowMillis += 1_000;
            instances.forEach(SimulatedInstance::readCatalog);
            owners.forEach((partition, owner) ->
                    Objects.requireNonNull(owner.task(partition)).punctuate());
            instances.forEach(this::commit);
        }
        effects.put(Effect.OUTPUTS_ABORTED, log.countAborted());
    }

    private void say(String line) {
        trace.accept(line);
    }
}
