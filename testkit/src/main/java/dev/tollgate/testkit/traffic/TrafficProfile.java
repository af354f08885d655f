package dev.tollgate.testkit.traffic;

import java.time.Instant;
import java.util.List;

/**
 * What traffic to make.
 *
 * @param seed decides everything that is random
 * @param events number of records to publish, broken ones and duplicates included; 1 to 100,000,000
 * @param accounts number of accounts; 1 to 1,000,000
 * @param start event time of the first event
 * @param workloads how accounts behave, in turn: the first account has the first workload, the next account the next
 *     one; of the accounts of one workload the rates fall like 1/rank, so a few are hot. Never empty
 */
public record TrafficProfile(long seed, int events, int accounts, Instant start, List<Workload> workloads) {
    private static final int MAX_EVENTS = 100_000_000;
    private static final int MAX_ACCOUNTS = 1_000_000;

    public TrafficProfile {
        if (events < 1 || events > MAX_EVENTS) {
            throw new IllegalArgumentException("events must be from 1 to " + MAX_EVENTS + ", was " + events);
        }
        if (accounts < 1 || accounts > MAX_ACCOUNTS) {
            throw new IllegalArgumentException("accounts must be from 1 to " + MAX_ACCOUNTS + ", was " + accounts);
        }
        workloads = List.copyOf(workloads);
        if (workloads.isEmpty()) {
            throw new IllegalArgumentException("workloads must not be empty");
        }
    }

    /** The same from another moment on. */
    public TrafficProfile from(Instant otherStart) {
        return new TrafficProfile(seed, events, accounts, otherStart, workloads);
    }

    /** The workload of an account, by its rank. */
    public Workload workloadOf(int rank) {
        return workloads.get(rank % workloads.size());
    }

    /**
     * How the accounts of one plan behave.
     *
     * @param endpoints what is called; never empty
     * @param hottestCallsPerMinute calls that the hottest account makes in a minute of event time, bursts apart; > 0
     * @param startedPercent how many of a hundred calls report their start too, 0 to 100
     * @param meanCallMillis how long such a call takes on average; > 0
     */
    public record Workload(
            List<WeightedEndpoint> endpoints, int hottestCallsPerMinute, int startedPercent, int meanCallMillis) {
        public Workload {
            endpoints = List.copyOf(endpoints);
            if (endpoints.isEmpty()) {
                throw new IllegalArgumentException("endpoints must not be empty");
            }
            if (hottestCallsPerMinute < 1) {
                throw new IllegalArgumentException("hottestCallsPerMinute must be > 0, was " + hottestCallsPerMinute);
            }
            if (startedPercent < 0 || startedPercent > 100) {
                throw new IllegalArgumentException("startedPercent must be from 0 to 100, was " + startedPercent);
            }
            if (meanCallMillis < 1) {
                throw new IllegalArgumentException("meanCallMillis must be > 0, was " + meanCallMillis);
            }
        }

        /** Calls whose start nobody reports. */
        public static Workload ofCalls(List<WeightedEndpoint> endpoints, int hottestCallsPerMinute) {
            return new Workload(endpoints, hottestCallsPerMinute, 0, 1);
        }
    }

    /**
     * An endpoint and how it is called.
     *
     * @param endpoint as the service reports it
     * @param weight relative share, > 0
     * @param maxUnits units of a call are drawn from 1 to this; 0 sends none
     * @param maxInputTokens input tokens of a call are drawn from 0 to this; 0 sends none
     * @param maxOutputItems output items of a call are drawn from 0 to this; 0 sends none
     */
    public record WeightedEndpoint(
            String endpoint, int weight, long maxUnits, long maxInputTokens, long maxOutputItems) {
        public WeightedEndpoint {
            if (weight < 1) {
                throw new IllegalArgumentException("weight must be > 0, was " + weight);
            }
            requireSize("maxUnits", maxUnits);
            requireSize("maxInputTokens", maxInputTokens);
            requireSize("maxOutputItems", maxOutputItems);
        }

        private static void requireSize(String name, long value) {
            if (value < 0) {
                throw new IllegalArgumentException(name + " must be >= 0, was " + value);
            }
        }
    }
}
