package dev.tollgate.gate.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.gate.TestingGate;
import dev.tollgate.gate.TestingPlan;
import dev.tollgate.gate.TestingState;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
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

        assertThat(registry.get("tollgate.gate.allowed.calls").functionCounter().count())
                .isEqualTo(4);
        assertThat(registry.get("tollgate.gate.allowed.unknown.calls")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("tollgate.gate.denied.calls")
                        .tag("reason", "rate-limited")
                        .functionCounter()
                        .count())
                .isEqualTo(2);
        assertThat(registry.get("tollgate.gate.accounts").gauge().value()).isEqualTo(1);
        assertThat(registry.get("tollgate.gate.snapshots").functionCounter().count())
                .isEqualTo(1);
    }

    @Test
    void givenAGate_whenBound_thenTheDeclaredSeriesAreThereAndNoOthers() {
        TestingGate testing = new TestingGate();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();

        new GateMeterBinder(testing.gate).bindTo(registry);

        assertThat(registry.getMeters())
                .extracting(meter -> meter.getId().getName() + values(meter))
                .containsExactlyInAnyOrderElementsOf(GateMeters.GROUP.meters().stream()
                        .flatMap(meter -> meter.series().stream().map(values -> meter.name() + values))
                        .toList());
    }

    private static List<String> values(Meter meter) {
        return meter.getId().getTags().stream().map(Tag::getValue).toList();
    }
}
