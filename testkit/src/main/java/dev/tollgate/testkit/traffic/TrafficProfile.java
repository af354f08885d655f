package dev.tollgate.testkit.traffic;

import java.time.Instant;
import java.util.List;

/**
 * What traffic to make.
 *
 * @param seed decides everything that is random
 * @param events number of records to publish, broken ones and duplicates included; 1 to 100,000,000
 * @param accounts number of accounts; 1 to 1,000,000. Their shares fall like 1/rank, so a few are hot
 * @param start event time of the first event
 * @param endpoints what is called, with its share of the calls; never empty
 */
public record TrafficProfile(long seed, int events, int accounts, Instant start, List<WeightedEndpoint> endpoints) {
    private static final int MAX_EVENTS = 100_000_000;
    private static final int MAX_ACCOUNTS = 1_000_000;

    public TrafficProfile {
        if (events < 1 || events > MAX_EVENTS) {
            throw new IllegalArgumentException("events must be from 1 to " + MAX_EVENTS + ", was " + events);
        }
        if (accounts < 1 || accounts > MAX_ACCOUNTS) {
            throw new IllegalArgumentException("accounts must be from 1 to " + MAX_ACCOUNTS + ", was " + accounts);
        }
        endpoints = List.copyOf(endpoints);
        if (endpoints.isEmpty()) {
            throw new IllegalArgumentException("endpoints must not be empty");
        }
    }

    /**
     * An endpoint and how often it is called.
     *
     * @param endpoint as the plan's cost table names it
     * @param weight relative share, > 0
     * @param maxUnits units of a call are drawn from 1 to this; 0 sends none
     */
    public record WeightedEndpoint(String endpoint, int weight, int maxUnits) {
        public WeightedEndpoint {
            if (weight < 1) {
                throw new IllegalArgumentException("weight must be > 0, was " + weight);
            }
            if (maxUnits < 0) {
                throw new IllegalArgumentException("maxUnits must be >= 0, was " + maxUnits);
            }
        }
    }
}
