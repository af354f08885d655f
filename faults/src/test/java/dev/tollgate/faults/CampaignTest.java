package dev.tollgate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CampaignTest {
    @Test
    void givenCampaignsWhoseSeedsFollowEachOther_whenTheirRoundsAreDrawn_thenNoTwoRoundsAreTheSame() {
        Set<Long> seeds = new HashSet<>();
        for (long campaign = 20_261_130_001L; campaign < 20_261_130_011L; campaign++) {
            for (int round = 0; round < 100; round++) {
                assertThat(seeds.add(Campaign.seedOf(campaign, round)))
                        .as("round %d of campaign %d is new", round, campaign)
                        .isTrue();
            }
        }
    }

    @Test
    void givenSeedOfARound_whenItIsRunAlone_thenItIsTheSameRound() {
        long seed = Campaign.seedOf(7, 41);

        assertThat(Campaign.seedOf(seed, 0)).isEqualTo(seed);
        assertThat(Campaign.seedOf(7, 41)).isEqualTo(seed);
    }
}
