package dev.tollgate.benchmarks.backlog;

import dev.tollgate.benchmarks.StepLog;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** One way to work off a backlog of events. */
interface Job {
    /** For people. */
    String name();

    /**
     * Works the backlog off once, from the first event, with topics and state of its own, and compares the totals with
     * those of the events.
     *
     * @param run number of the run, from 1
     */
    Result run(int run, StepLog steps) throws Exception;

    /**
     * What a run was.
     *
     * @param throughput time and processor time
     * @param records written to Kafka for each event, by topic
     * @param difference how the totals differ from the sum of the events, in words, or null where they do not
     */
    record Result(
            Throughput throughput,
            Map<String, Double> records,
            @Nullable String difference) {
        double recordsPerEvent() {
            return records.values().stream().mapToDouble(Double::doubleValue).sum();
        }
    }
}
