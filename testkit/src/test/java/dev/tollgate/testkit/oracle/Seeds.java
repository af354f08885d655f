package dev.tollgate.testkit.oracle;

import java.util.SplittableRandom;

/**
 * Runs a property on many random histories. A failure names its seed: {@code -Dtollgate.seed=N} runs just that one
 * again, {@code -Dtollgate.histories=N} sets how many are tried, seeds 1 to N, instead of {@value #HISTORIES}.
 */
final class Seeds {
    static final int HISTORIES = 2_000;

    private Seeds() {}

    /** What has to hold for the history that a source of randomness leads to. */
    interface Property {
        void check(SplittableRandom random);
    }

    static void forAll(Property property) {
        String given = System.getProperty("tollgate.seed");
        if (given != null) {
            check(Long.parseLong(given), property);
            return;
        }
        int histories = Integer.getInteger("tollgate.histories", HISTORIES);
        for (long seed = 1; seed <= histories; seed++) {
            check(seed, property);
        }
    }

    private static void check(long seed, Property property) {
        try {
            property.check(new SplittableRandom(seed));
        } catch (RuntimeException | AssertionError e) {
            throw new AssertionError("failed with -Dtollgate.seed=" + seed + ": " + e.getMessage(), e);
        }
    }
}
