package dev.tollgate.publisher.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.embedded.process.LoopbackPort;
import dev.tollgate.publisher.DropReason;
import dev.tollgate.publisher.EventRejectionReason;
import dev.tollgate.publisher.PublisherConfig;
import dev.tollgate.publisher.RequestEventPublisher;
import dev.tollgate.publisher.UsageCall;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PublisherMeterBinderTest {
    @Test
    void givenAPublisher_whenBound_thenItsCountersAreMetersUnderTheirNames() {
        String nobody = LoopbackPort.HOST + ":" + LoopbackPort.free();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        RequestEventPublisher publisher = RequestEventPublisher.start(
                PublisherConfig.from(Map.of("bootstrap.servers", nobody, "schema.registry.url", "http://" + nobody)));
        new PublisherMeterBinder(publisher).bindTo(registry);

        publisher.publish(UsageCall.of("acme", "/e"));
        publisher.publish(UsageCall.of("acme", "/e"));
        publisher.publish(UsageCall.of("acme", ""));

        assertThat(counter(registry, "published.events")).isEqualTo(2);
        assertThat(registry.get("tollgate.publisher.pending.events").gauge().value())
                .isEqualTo(2);
        assertThat(registry.get("tollgate.publisher.memory.only.events").gauge().value())
                .isEqualTo(2);
        assertThat(registry.get("tollgate.publisher.spool.bytes").gauge().value())
                .isZero();
        assertThat(registry.get("tollgate.publisher.rejected.events")
                        .tag("reason", "endpoint-missing")
                        .functionCounter()
                        .count())
                .isEqualTo(1);
        assertThat(registry.find("tollgate.publisher.rejected.events").meters())
                .hasSize(EventRejectionReason.values().length);
        assertThat(registry.find("tollgate.publisher.dropped.events").meters()).hasSize(DropReason.values().length);

        publisher.close(Duration.ZERO);
        assertThat(registry.get("tollgate.publisher.dropped.events")
                        .tag("reason", "undelivered-at-close")
                        .functionCounter()
                        .count())
                .isEqualTo(2);
        assertThat(counter(registry, "acknowledged.events")).isZero();
    }

    @Test
    void givenAPublisher_whenBound_thenTheDeclaredSeriesAreThereAndNoOthers() {
        String nobody = LoopbackPort.HOST + ":" + LoopbackPort.free();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        try (RequestEventPublisher publisher = RequestEventPublisher.start(
                PublisherConfig.from(Map.of("bootstrap.servers", nobody, "schema.registry.url", "http://" + nobody)))) {
            new PublisherMeterBinder(publisher).bindTo(registry);

            assertThat(registry.getMeters())
                    .extracting(meter -> meter.getId().getName() + values(meter))
                    .containsExactlyInAnyOrderElementsOf(PublisherMeters.GROUP.meters().stream()
                            .flatMap(meter -> meter.series().stream().map(values -> meter.name() + values))
                            .toList());
        }
    }

    private static List<String> values(Meter meter) {
        return meter.getId().getTags().stream().map(Tag::getValue).toList();
    }

    private static double counter(SimpleMeterRegistry registry, String name) {
        return registry.get("tollgate.publisher." + name).functionCounter().count();
    }
}
