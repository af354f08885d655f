package dev.tollgate.streams.assignment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.streams.errors.TaskAssignmentException;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.assignment.ApplicationState;
import org.apache.kafka.streams.processor.assignment.AssignmentConfigs;
import org.apache.kafka.streams.processor.assignment.KafkaStreamsAssignment;
import org.apache.kafka.streams.processor.assignment.KafkaStreamsAssignment.AssignedTask;
import org.apache.kafka.streams.processor.assignment.KafkaStreamsState;
import org.apache.kafka.streams.processor.assignment.ProcessId;
import org.apache.kafka.streams.processor.assignment.TaskAssignor;
import org.apache.kafka.streams.processor.assignment.TaskInfo;
import org.apache.kafka.streams.processor.assignment.TaskTopicPartition;
import org.apache.kafka.streams.state.HostInfo;
import org.junit.jupiter.api.Test;

class StayingTaskAssignorTest {
    private static final long ACCEPTABLE_LAG = 100;
    private static final long PROBING_MILLIS = 60_000;
    private static final AssignmentConfigs CONFIGS =
            new AssignmentConfigs(ACCEPTABLE_LAG, 2, 1, PROBING_MILLIS, List.of());

    @Test
    void givenOwnersAndStandbys_whenAnInstanceIsGone_thenItsTasksGoToTheirStandbysAndNoOtherMoves() {
        Client b = new Client(2).active(1).standby(0, 3);
        Client c = new Client(3).active(2).standby(3, 40);

        Map<ProcessId, KafkaStreamsAssignment> assigned = assign(new State(4, false, b, c));

        assertThat(tasks(assigned, b, AssignedTask.Type.ACTIVE)).containsExactly(task(0), task(1));
        assertThat(tasks(assigned, c, AssignedTask.Type.ACTIVE)).containsExactly(task(2), task(3));
        assertThat(tasks(assigned, b, AssignedTask.Type.STANDBY)).containsExactly(task(2), task(3));
        assertThat(tasks(assigned, c, AssignedTask.Type.STANDBY)).containsExactly(task(0), task(1));
        assertThat(assigned.values())
                .allSatisfy(each -> assertThat(each.followupRebalanceDeadline()).isEmpty());
    }

    @Test
    void givenAnInstanceWithoutState_whenAssigned_thenItWarmsUpAndIsLookedAtAgain() {
        Client a = new Client(1);
        Client b = new Client(2).active(0, 1, 2, 3);
        Instant before = Instant.now();

        Map<ProcessId, KafkaStreamsAssignment> assigned = assign(new State(4, false, a, b));

        assertThat(tasks(assigned, b, AssignedTask.Type.ACTIVE)).hasSize(4);
        assertThat(tasks(assigned, a, AssignedTask.Type.ACTIVE)).isEmpty();
        assertThat(assigned.values())
                .allSatisfy(each -> assertThat(each.followupRebalanceDeadline())
                        .hasValueSatisfying(deadline -> assertThat(deadline)
                                .isBetween(
                                        before.plusMillis(PROBING_MILLIS),
                                        Instant.now().plusMillis(PROBING_MILLIS))));
    }

    @Test
    void givenTheEndsOfTheChangelogsCannotBeRead_whenAssigned_thenStandbysAreTakenForComplete() {
        Client b = new Client(2).active(1).standby(0, 1_000_000);
        Client c = new Client(3).active(2, 3);

        Map<ProcessId, KafkaStreamsAssignment> assigned = assign(new State(4, true, b, c));

        assertThat(tasks(assigned, b, AssignedTask.Type.ACTIVE)).containsExactly(task(0), task(1));
        assertThat(tasks(assigned, c, AssignedTask.Type.ACTIVE)).containsExactly(task(2), task(3));
    }

    @Test
    void givenAMarkInsteadOfALag_whenAssigned_thenOnlyAStandbyCountsAsACopy() {
        // Kafka Streams reports -2 for the owner of a running task and -1 where it knows nothing.
        Client b = new Client(2).standby(0, -1);
        Client c = new Client(3).lag(0, -1);

        Map<ProcessId, KafkaStreamsAssignment> assigned = assign(new State(1, false, c, b));

        assertThat(tasks(assigned, b, AssignedTask.Type.ACTIVE)).containsExactly(task(0));
        assertThat(tasks(assigned, c, AssignedTask.Type.STANDBY)).containsExactly(task(0));
    }

    @Test
    void givenAnInstanceThatHasJustStarted_whenAssigned_thenItTakesNoTaskFromAnotherAndIsLookedAtSoon() {
        Instant now = Instant.now();
        Client a = new Client(1).started(millis(now.minusSeconds(2))).standby(0, 0);
        Client b = new Client(2).started(millis(now.minusSeconds(90))).active(0, 1, 2, 3);

        Map<ProcessId, KafkaStreamsAssignment> assigned = assign(new State(4, false, a, b));

        assertThat(tasks(assigned, a, AssignedTask.Type.ACTIVE)).isEmpty();
        assertThat(tasks(assigned, a, AssignedTask.Type.STANDBY)).contains(task(0));
        assertThat(assigned.values())
                .allSatisfy(each -> assertThat(each.followupRebalanceDeadline())
                        .hasValueSatisfying(deadline -> assertThat(deadline)
                                .isBetween(
                                        now.plus(StayingTaskAssignor.WARM_AFTER),
                                        Instant.now().plus(StayingTaskAssignor.WARM_AFTER))));
    }

    @Test
    void givenInstancesWhoseStartIsLongAgoAheadOrNoNumber_whenAssigned_thenTasksMoveAtOnce() {
        Instant now = Instant.now();
        for (String tag : List.of(millis(now.minusSeconds(31)), millis(now.plusSeconds(3_600)), "yesterday")) {
            Client a = new Client(1).started(tag).standby(0, 0).standby(1, 0);
            Client b = new Client(2).started(millis(now.minusSeconds(90))).active(0, 1, 2, 3);

            Map<ProcessId, KafkaStreamsAssignment> assigned = assign(new State(4, false, a, b));

            assertThat(tasks(assigned, a, AssignedTask.Type.ACTIVE)).as(tag).containsExactly(task(0), task(1));
        }
    }

    private static String millis(Instant moment) {
        return Long.toString(moment.toEpochMilli());
    }

    private static Map<ProcessId, KafkaStreamsAssignment> assign(State state) {
        TaskAssignor.TaskAssignment assignment = new StayingTaskAssignor().assign(state);
        return assignment.assignment().stream()
                .collect(Collectors.toMap(KafkaStreamsAssignment::processId, each -> each));
    }

    private static SortedSet<TaskId> tasks(
            Map<ProcessId, KafkaStreamsAssignment> assigned, Client client, AssignedTask.Type type) {
        return Objects.requireNonNull(assigned.get(client.processId())).tasks().values().stream()
                .filter(each -> each.type() == type)
                .map(AssignedTask::id)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static TaskId task(int partition) {
        return new TaskId(0, partition);
    }

    /** The group as Kafka Streams shows it. */
    private record State(int partitions, boolean isWithoutLags, Client... clients) implements ApplicationState {
        @Override
        public Map<ProcessId, KafkaStreamsState> kafkaStreamsStates(boolean computeTaskLags) {
            if (computeTaskLags && isWithoutLags) {
                throw new TaskAssignmentException("the ends of the changelogs cannot be read");
            }
            Map<ProcessId, KafkaStreamsState> states = new HashMap<>();
            Arrays.stream(clients).forEach(client -> states.put(client.processId(), client.withLags(computeTaskLags)));
            return states;
        }

        @Override
        public AssignmentConfigs assignmentConfigs() {
            return CONFIGS;
        }

        @Override
        public Map<TaskId, TaskInfo> allTasks() {
            return IntStream.range(0, partitions).boxed().collect(Collectors.toMap(i -> task(i), i -> info(task(i))));
        }

        private static TaskInfo info(TaskId id) {
            return new TaskInfo() {
                @Override
                public TaskId id() {
                    return id;
                }

                @Override
                public boolean isStateful() {
                    return true;
                }

                @Override
                public Set<String> stateStoreNames() {
                    return Set.of("accounts");
                }

                @Override
                public Set<TaskTopicPartition> topicPartitions() {
                    return Set.of();
                }
            };
        }
    }

    /** One instance with two threads. */
    private static final class Client implements KafkaStreamsState {
        private final ProcessId id;
        private final SortedSet<TaskId> active = new TreeSet<>();
        private final SortedSet<TaskId> standby = new TreeSet<>();
        private final Map<TaskId, Long> lags = new TreeMap<>();
        private Map<String, String> tags = Map.of();
        private boolean hasLags;

        Client(int id) {
            this.id = new ProcessId(new UUID(0, id));
        }

        Client active(int... partitions) {
            Arrays.stream(partitions).forEach(partition -> active.add(task(partition)));
            return this;
        }

        Client standby(int partition, long lag) {
            standby.add(task(partition));
            return lag(partition, lag);
        }

        Client lag(int partition, long lag) {
            lags.put(task(partition), lag);
            return this;
        }

        Client started(String tag) {
            tags = Map.of(StayingTaskAssignor.STARTED_TAG, tag);
            return this;
        }

        Client withLags(boolean has) {
            hasLags = has;
            return this;
        }

        @Override
        public ProcessId processId() {
            return id;
        }

        @Override
        public int numProcessingThreads() {
            return 2;
        }

        @Override
        public SortedSet<String> consumerClientIds() {
            return new TreeSet<>(Set.of(id + "-1", id + "-2"));
        }

        @Override
        public SortedSet<TaskId> previousActiveTasks() {
            return active;
        }

        @Override
        public SortedSet<TaskId> previousStandbyTasks() {
            return standby;
        }

        @Override
        public long lagFor(TaskId task) {
            if (!hasLags) {
                throw new UnsupportedOperationException("lags were not computed");
            }
            Long lag = lags.get(task);
            if (lag == null) {
                throw new IllegalStateException("no lag of " + task);
            }
            return lag;
        }

        @Override
        public SortedSet<TaskId> prevTasksByLag(String consumerClientId) {
            return new TreeSet<>(standby);
        }

        @Override
        public Map<TaskId, Long> statefulTasksToLagSums() {
            return Collections.unmodifiableMap(lags);
        }

        @Override
        public Optional<HostInfo> hostInfo() {
            return Optional.empty();
        }

        @Override
        public Map<String, String> clientTags() {
            return tags;
        }

        @Override
        public Optional<String> rackId() {
            return Optional.empty();
        }
    }
}
