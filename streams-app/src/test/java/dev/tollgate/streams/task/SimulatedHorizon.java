package dev.tollgate.streams.task;

import dev.tollgate.streams.input.InputHorizon;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicPartition;

/**
 * How far a task has read a simulated log: now, less the margin by which clocks may differ, once it has read what there
 * is; before, up to the first record that it has not read. Sometimes as of the last time that somebody asked.
 */
final class SimulatedHorizon implements InputHorizon {
    private final SimulatedLog log;
    private final TopicPartition requests;
    private final TopicPartition commands;
    private final long marginMillis;
    private final LongSupplier clock;
    private final BooleanSupplier isSlow;
    private long knownMillis = Long.MIN_VALUE;

    /**
     * @param clock the instance's
     * @param isSlow whether there is no new answer this time
     */
    SimulatedHorizon(
            SimulatedLog log,
            TopicPartition requests,
            TopicPartition commands,
            long marginMillis,
            LongSupplier clock,
            BooleanSupplier isSlow) {
        this.log = log;
        this.requests = requests;
        this.commands = commands;
        this.marginMillis = marginMillis;
        this.clock = clock;
        this.isSlow = isSlow;
    }

    @Override
    public long readUpTo(long nextRequestOffset, long nextCommandOffset) {
        if (!isSlow.getAsBoolean()) {
            long upTo = Math.min(upTo(requests, nextRequestOffset), upTo(commands, nextCommandOffset));
            knownMillis = Math.max(knownMillis, upTo);
        }
        return knownMillis;
    }

    private long upTo(TopicPartition place, long nextOffset) {
        SimulatedLog.Entry next = log.at(place, nextOffset == UNKNOWN_OFFSET ? log.position(place) : nextOffset);
        long now = clock.getAsLong() - marginMillis - 1;
        return next == null ? now : Math.min(now, next.appendedAtMillis() - 1);
    }
}
