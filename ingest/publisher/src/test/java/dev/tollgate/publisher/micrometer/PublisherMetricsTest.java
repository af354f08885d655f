package dev.tollgate.publisher.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.embedded.process.LoopbackPort;
import dev.tollgate.publisher.DropReason;
import dev.tollgate.publisher.PublisherConfig;
import dev.tollgate.publisher.RejectionReason;
import dev.tollgate.publisher.RequestEventPublisher;
import dev.tollgate.publisher.UsageCall;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PublisherMetricsTest {
    @Test
    void givenAPublisher_whenBound_thenItsCountersAreMetersUnderTheirNames() {
        String nobody = LoopbackPort.HOST + ":" + LoopbackPort.free();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        RequestEventPublisher publisher = RequestEventPublisher.start(
                PublisherConfig.from(Map.of("bootstrap.servers", nobody, "schema.registry.url", "http://" + nobody)));
        new PublisherMetrics(publisher).bindTo(registry);

        publisher.publish(UsageCall.of("acme", "/e"));
        publisher.publish(UsageCall.of("acme", "/e"));
        publisher.publish(UsageCall.of("acme", ""));

        assertThat(counter(registry, "published")).isEqualTo(2);
        assertThat(registry.get("tollgate.publisher.pending").gauge().value()).isEqualTo(2);
        assertThat(registry.get("tollgate.publisher.memory.only").gauge().value())
                .isEqualTo(2);
        assertThat(registry.get("tollgate.publisher.spool.size").gauge().value())
                .isZero();
        assertThat(registry.get("tollgate.publisher.rejected")
                        .tag("reason", "endpoint-missing")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
        assertThat(registry.find("tollgate.publisher.rejected").meters()).hasSize(RejectionReason.values().length);
        assertThat(registry.find("tollgate.publisher.dropped").meters()).hasSize(DropReason.values().length);

        publisher.close(Duration.ZERO);
        assertThat(registry.get("tollgate.publisher.dropped")
                        .tag("reason", "undelivered-at-close")
                        .functionCounter()
                        .count())
                .isEqualTo(2);
        assertThat(counter(registry, "acknowledged")).isZero();
        assertThat(registry.getMeters())
                .extracting(Meter::getId)
                .allSatisfy(id -> assertThat(id.getName()).startsWith("tollgate.publisher."));
    }

    private static double counter(SimpleMeterRegistry registry, String name) {
        return registry.get("tollgate.publisher." + name).functionCounter().count();
    }
}
