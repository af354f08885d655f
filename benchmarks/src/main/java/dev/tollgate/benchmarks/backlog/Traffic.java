package dev.tollgate.benchmarks.backlog;

import java.util.Random;

/**
 * The events of a comparison: the same ones however often they are walked through. Account {@code i} of {@code n} is
 * drawn as {@code n * r * r} with {@code r} even in [0, 1), so the first accounts get most; a hundred events happen in
 * each millisecond.
 *
 * @param events how many
 * @param accounts how many, 1 or more
 * @param hotShare part of the events that account 0 gets beyond its own, 0 to 1
 * @param seed of the accounts
 * @param baseMillis event time of the first, in milliseconds since the epoch
 */
record Traffic(int events, int accounts, double hotShare, long seed, long baseMillis) {
    private static final int EVENTS_PER_MILLI = 100;

    /** Receives one event. */
    interface Visitor {
        /**
         * Receives the next event.
         *
         * @param number of the event, from 0
         * @param account number of the account, from 0
         * @param atMillis event time
         * @param units size of the request, 1 to 5
         */
        void visit(int number, int account, long atMillis, long units);
    }

    /** Walks through all events in order of time. */
    void forEach(Visitor visitor) {
        Random random = new Random(seed);
        for (int i = 0; i < events; i++) {
            boolean hot = hotShare > 0 && random.nextDouble() < hotShare;
            double r = random.nextDouble();
            int account = hot ? 0 : (int) (accounts * r * r);
            visitor.visit(i, account, baseMillis + i / EVENTS_PER_MILLI, 1 + i % 5);
        }
    }

    static String account(int number) {
        return "account-" + number;
    }
}
