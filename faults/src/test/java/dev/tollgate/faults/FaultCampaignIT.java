package dev.tollgate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * The campaign. A few short rounds by default; {@code faults.rounds}, {@code faults.seed}, {@code faults.seconds} of
 * traffic a round and {@code faults.kinds} (a list, or {@code none}) say otherwise.
 */
class FaultCampaignIT {
    private static final int ROUNDS = 2;
    private static final int SECONDS = 5;

    @Test
    void givenFaultsOnAScheduleBySeed_whenTheyAreOver_thenEveryGuaranteeHolds() throws Exception {
        long seed = Long.getLong("faults.seed", System.currentTimeMillis() % 1_000_000);
        Path folder = Path.of("target", "faults").toAbsolutePath().resolve(Long.toString(seed));

        List<Round.Outcome> outcomes = new Campaign(new Campaign.Options(
                        Integer.getInteger("faults.rounds", ROUNDS),
                        seed,
                        Integer.getInteger("faults.seconds", SECONDS),
                        kinds(System.getProperty("faults.kinds", "")),
                        Boolean.getBoolean("faults.long-pauses"),
                        folder))
                .run();

        assertThat(outcomes).as("rounds by seed, logs in %s", folder).allMatch(Round.Outcome::isClean);
    }

    private static Set<Fault.Kind> kinds(String text) {
        Set<Fault.Kind> kinds = EnumSet.noneOf(Fault.Kind.class);
        if (text.isEmpty()) {
            return EnumSet.allOf(Fault.Kind.class);
        }
        if (!text.equals("none")) {
            Arrays.stream(text.split(","))
                    .map(kind -> Fault.Kind.valueOf(kind.trim().toUpperCase(Locale.ROOT)))
                    .forEach(kinds::add);
        }
        return kinds;
    }
}
