package dev.tollgate.streams.assignment;

import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.kafka.streams.errors.TaskAssignmentException;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.assignment.ApplicationState;
import org.apache.kafka.streams.processor.assignment.AssignmentConfigs;
import org.apache.kafka.streams.processor.assignment.KafkaStreamsAssignment;
import org.apache.kafka.streams.processor.assignment.KafkaStreamsAssignment.AssignedTask;
import org.apache.kafka.streams.processor.assignment.KafkaStreamsState;
import org.apache.kafka.streams.processor.assignment.ProcessId;
import org.apache.kafka.streams.processor.assignment.TaskAssignor;

/**
 * Assigns tasks by {@link Placement}. Kafka Streams makes one in each instance; the leader of the group asks its own.
 *
 * <p>Kafka Streams' own choice spreads the tasks anew in each rebalance over all instances with a complete copy. With
 * standbys that is nearly all of them, so a restart of one instance moves tasks between the others as well, each of
 * which stands still for two rebalances. Its other choice, {@code StickyTaskAssignor}, lets tasks stay, but gives them
 * to a new instance before its copy is complete.
 */
public final class StayingTaskAssignor implements TaskAssignor {
    /** Name of the client tag that tells when an instance has started, in milliseconds since the epoch. */
    public static final String STARTED_TAG = "started";

    /** An instance that has run for so long has opened its stores and compiled most of its code. */
    static final Duration WARM_AFTER = Duration.ofSeconds(30);

    /** Made by Kafka Streams. */
    public StayingTaskAssignor() {}

    @Override
    public TaskAssignment assign(ApplicationState state) {
        AssignmentConfigs configs = state.assignmentConfigs();
        Map<ProcessId, KafkaStreamsState> clients = clients(state);
        Map<String, ProcessId> ids = new TreeMap<>();
        clients.keySet().forEach(id -> ids.put(id.toString(), id));
        Set<TaskId> tasks = state.allTasks().keySet();
        Instant now = Instant.now();
        Placement.Result<TaskId> result = Placement.of(
                clients.values().stream()
                        .map(client -> instance(client, tasks, now))
                        .toList(),
                tasks,
                new Placement.Rules(
                        configs.numStandbyReplicas(), configs.acceptableRecoveryLag(), configs.maxWarmupReplicas()));
        boolean isSomeCold = clients.values().stream().anyMatch(client -> hasJustStarted(client, now));
        Instant again = isSomeCold ? now.plus(WARM_AFTER) : now.plusMillis(configs.probingRebalanceIntervalMs());
        List<KafkaStreamsAssignment> assignments = ids.entrySet().stream()
                .map(entry -> assignment(entry.getValue(), result.of(entry.getKey())))
                .map(assignment -> result.isWarmingUp() ? assignment.withFollowupRebalance(again) : assignment)
                .toList();
        return new TaskAssignment(assignments);
    }

    private static Map<ProcessId, KafkaStreamsState> clients(ApplicationState state) {
        try {
            return state.kafkaStreamsStates(true);
        } catch (TaskAssignmentException e) {
            // How complete copies are cannot be told now; tasks stay where they are all the same.
            return state.kafkaStreamsStates(false);
        }
    }

    private static Placement.Instance<TaskId> instance(KafkaStreamsState client, Set<TaskId> tasks, Instant now) {
        Map<TaskId, Long> lags = new TreeMap<>();
        for (TaskId task : tasks) {
            lags.put(task, lagOf(client, task));
        }
        return new Placement.Instance<>(
                client.processId().toString(),
                Math.max(1, client.numProcessingThreads()),
                hasJustStarted(client, now),
                new TreeSet<>(client.previousActiveTasks()),
                new TreeSet<>(client.previousStandbyTasks()),
                lags);
    }

    /** By the clock of whoever assigns; one that is far from the instance's moves a task too early or too late. */
    private static boolean hasJustStarted(KafkaStreamsState client, Instant now) {
        String started = client.clientTags().get(STARTED_TAG);
        if (started == null) {
            return false;
        }
        try {
            Duration age = Duration.between(Instant.ofEpochMilli(Long.parseLong(started)), now);
            return !age.isNegative() && age.compareTo(WARM_AFTER) < 0;
        } catch (NumberFormatException e) {
            // Set by somebody else.
            return false;
        }
    }

    private static long lagOf(KafkaStreamsState client, TaskId task) {
        boolean isStandby = client.previousStandbyTasks().contains(task);
        try {
            long lag = client.lagFor(task);
            // Below zero it is Kafka Streams' mark for a running owner, or for a copy that it knows nothing about.
            return lag >= 0 ? lag : isStandby ? 0 : Placement.NO_COPY;
        } catch (IllegalStateException | UnsupportedOperationException e) {
            // The ends of the changelogs could not be read: a standby is taken for complete.
            return isStandby ? 0 : Placement.NO_COPY;
        }
    }

    private static KafkaStreamsAssignment assignment(ProcessId id, Placement.Tasks<TaskId> tasks) {
        Set<AssignedTask> assigned = new HashSet<>();
        Stream.concat(
                        tasks.active().stream().map(task -> new AssignedTask(task, AssignedTask.Type.ACTIVE)),
                        tasks.standby().stream().map(task -> new AssignedTask(task, AssignedTask.Type.STANDBY)))
                .forEach(assigned::add);
        return KafkaStreamsAssignment.of(id, assigned);
    }
}
