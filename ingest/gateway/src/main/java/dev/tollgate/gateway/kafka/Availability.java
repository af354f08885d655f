package dev.tollgate.gateway.kafka;

import dev.tollgate.gateway.kafka.KafkaWatch.State;

/**
 * What the answers of Kafka, one after the other, say about it. A single answer that does not come in time says that
 * the broker or this machine is slow, which requests under way can bear; the second one in a row says that Kafka is
 * away. Written by one thread, read by all.
 */
final class Availability {
    private int lateAnswers;
    private volatile State state = State.away("Kafka was not asked yet");

    State state() {
        return state;
    }

    /**
     * Takes what was found.
     *
     * @return whether that is news
     */
    boolean note(State found) {
        lateAnswers = found.isLate() ? lateAnswers + 1 : 0;
        State before = state;
        if (before.available() && lateAnswers == 1) {
            return false;
        }
        state = found;
        return !found.equals(before);
    }
}
