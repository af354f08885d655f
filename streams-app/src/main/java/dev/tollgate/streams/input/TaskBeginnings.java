package dev.tollgate.streams.input;

import dev.tollgate.engine.input.Position;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.TaskId;

/**
 * The first record that each task has read in each of its partitions since it was opened. Two openings that begin at
 * the same record say that nothing was committed in between. Thread-safe.
 */
public final class TaskBeginnings {
    private final Map<TaskId, Opening> openings = new ConcurrentHashMap<>();

    /** One opening of one task, used by the thread of the task. */
    public final class Opening {
        private final TaskId task;
        private final Map<TopicPartition, Long> first = new ConcurrentHashMap<>();

        private Opening(TaskId task) {
            this.task = task;
        }

        /** A record is read; only the first one of its partition counts. */
        public void read(Position position) {
            first.putIfAbsent(new TopicPartition(position.topic(), position.partition()), position.offset());
        }

        /** The task is closed; another thread may have opened it already. */
        public void close() {
            openings.computeIfPresent(task, (_, present) -> present == this ? null : present);
        }
    }

    /** A task is opened. */
    public Opening open(TaskId task) {
        Opening opening = new Opening(task);
        openings.put(task, opening);
        return opening;
    }

    /**
     * First offsets read by the openings of some tasks, by partition; without the partitions in which nothing was read
     * yet.
     */
    public Map<TopicPartition, Long> of(Collection<TaskId> tasks) {
        Map<TopicPartition, Long> all = new HashMap<>();
        for (TaskId task : tasks) {
            Opening opening = openings.get(task);
            if (opening != null) {
                all.putAll(opening.first);
            }
        }
        return all;
    }
}
