package dev.tollgate.publisher.examples;

import dev.tollgate.publisher.PublisherConfig;
import dev.tollgate.publisher.RequestEventPublisher;
import dev.tollgate.publisher.UsageCall;
import java.time.Duration;
import java.util.Map;

/** A first event, and a publisher as a service would configure it. */
public final class FirstEvent {
    private FirstEvent() {}

    public static void main(String[] arguments) {
        String kafka = arguments[0];
        String registry = arguments[1];
        String spoolFolder = arguments[2];

        try (var publisher = RequestEventPublisher.start(PublisherConfig.from(Map.of(
                "kafka.bootstrap-servers", kafka,
                "registry.url", registry,
                "publisher.name", "recall-service",
                "publisher.spool-folder", spoolFolder)))) {
            publisher.publish(UsageCall.of("acme", "/v2/mem-it")
                    .project("p-7")
                    .apiKey("key-3")
                    .units(12)
                    .took(Duration.ofMillis(45)));
        }
    }
}
