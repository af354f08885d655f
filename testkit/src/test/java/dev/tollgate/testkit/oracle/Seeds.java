package dev.tollgate.testkit.oracle;

import java.util.SplittableRandom;

/**
 * Runs a property on many random histories. A failure names its seed; {@code -Dtollgate.seed=N} runs just that one again,
 * {@code -Dtollgate.histories=N} sets how many are tried.
 */
final class Seeds {
    private Seeds() {}

    /** What has to hold for the history that a source of randomness leads to. */
    interface Property {
        void check(SplittableRandom random);
    }

    static void forAll(int share, Property property) {
        String given = System.getProperty("tollgate.seed");
        if (given != null) {
            property.check(new SplittableRandom(Long.parseLong(given)));
            return;
        }
        int histories = Math.max(1, Integer.getInteger("tollgate.histories", 2_000) / share);
        for (long seed = 1; seed <= histories; seed++) {
            try {
                property.check(new SplittableRandom(seed));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("failed with -Dtollgate.seed=" + seed + ": " + e.getMessage(), e);
            }
        }
    }
}
