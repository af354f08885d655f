package dev.tollgate.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
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

    @Test
    void givenProcessesThatAreStopped_whenAskedForTheLongestPause_thenOtherFaultsDoNotCount() {
        Schedule schedule = new Schedule(List.of(
                new Schedule.Strike(1_000, new Fault.Pause("publisher", 144_213)),
                new Schedule.Strike(2_000, new Fault.Pause("sink-1", 1_100)),
                new Schedule.Strike(3_000, new Fault.Kill("kafka-1", 200_000))));

        assertThat(schedule.longestPause()).isEqualTo(Duration.ofMillis(144_213));
        assertThat(new Schedule(List.of()).longestPause()).isZero();
    }
}
