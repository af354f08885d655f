package dev.tollgate.gateway.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.gateway.kafka.KafkaWatch.State;
import org.junit.jupiter.api.Test;

class AvailabilityTest {
    private static final State THERE = new State(true, "", false);
    private static final State LATE = State.late("no answer within 2 s");
    private static final State AWAY = State.away("2 of 4 partitions have no leader");

    private final Availability availability = new Availability();

    @Test
    void givenNothingWasAsked_whenStateIsTaken_thenItIsNotAvailable() {
        assertThat(availability.state().available()).isFalse();
        assertThat(availability.note(LATE)).isTrue();
        assertThat(availability.state()).isEqualTo(LATE);
    }

    @Test
    void givenKafkaIsThere_whenOneAnswerIsLate_thenItIsStillThere() {
        availability.note(THERE);

        assertThat(availability.note(LATE)).isFalse();
        assertThat(availability.state()).isEqualTo(THERE);
        assertThat(availability.note(THERE)).isFalse();
        assertThat(availability.note(LATE)).isFalse();
        assertThat(availability.state()).isEqualTo(THERE);
    }

    @Test
    void givenKafkaIsThere_whenTwoAnswersInARowAreLate_thenItIsAwayAndThatIsNewsOnce() {
        availability.note(THERE);
        availability.note(LATE);

        assertThat(availability.note(LATE)).isTrue();
        assertThat(availability.state()).isEqualTo(LATE);
        assertThat(availability.note(LATE)).isFalse();
        assertThat(availability.note(THERE)).isTrue();
        assertThat(availability.state()).isEqualTo(THERE);
    }

    @Test
    void givenKafkaIsThere_whenItSaysThatItCannot_thenItIsAwayAtOnce() {
        availability.note(THERE);

        assertThat(availability.note(AWAY)).isTrue();
        assertThat(availability.state()).isEqualTo(AWAY);
    }
}
