package dev.tollgate.gate.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.gate.TestingGate;
import dev.tollgate.gate.TestingPlan;
import dev.tollgate.gate.TestingState;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

class GateMeterBinderTest {
    @Test
    void givenBoundGate_whenItDecides_thenTheMetersTell() {
        TestingGate testing = new TestingGate();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        new GateMeterBinder(testing.gate).bindTo(registry);
        testing.gate.apply(TestingPlan.perMinute(3));
        testing.gate.apply(TestingState.at(1, testing.now()).build());

        for (int i = 0; i < 5; i++) {
            testing.gate.check("acme", "/v2/notes");
        }
        testing.gate.check("nobody", "/v2/notes");

        assertThat(registry.get("tollgate.gate.allowed").functionCounter().count())
                .isEqualTo(4);
        assertThat(registry.get("tollgate.gate.allowed.unknown")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("tollgate.gate.denied")
                        .tag("reason", "rate-limited")
                        .functionCounter()
                        .count())
                .isEqualTo(2);
        assertThat(registry.get("tollgate.gate.accounts").gauge().value()).isEqualTo(1);
        assertThat(registry.get("tollgate.gate.snapshots").functionCounter().count())
                .isEqualTo(1);
    }
}
