package dev.tollgate.gateway.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class EventSenderTest {
    /** By then the pause between two attempts has grown to its longest. */
    private static final int ATTEMPTS_BEFORE = 6;

    private static final int ATTEMPTS = 7;

    /** A gateway says that it is ready as soon as Kafka is back: an event that comes then must not find it asleep. */
    @Test
    @Timeout(60)
    void givenBrokerThatIsAway_whenLookedForAgain_thenItIsFoundWithinTheTimeOfARequest() throws IOException {
        Duration timeout = Duration.ofSeconds(1);
        try (ServerSocket away = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                EventSender sender = new EventSender(
                        Map.of(
                                "bootstrap.servers",
                                "127.0.0.1:" + away.getLocalPort(),
                                "schema.registry.url",
                                "http://127.0.0.1:1"),
                        "request-events",
                        timeout)) {
            List<Duration> pauses = new ArrayList<>();
            long before = 0;
            for (int attempt = 0; attempt < ATTEMPTS_BEFORE + ATTEMPTS; attempt++) {
                try (Socket closedAtOnce = away.accept()) {
                    assertThat(closedAtOnce.isConnected()).isTrue();
                }
                long now = System.nanoTime();
                if (attempt >= ATTEMPTS_BEFORE) {
                    pauses.add(Duration.ofNanos(now - before));
                }
                before = now;
            }

            assertThat(pauses.stream().sorted().toList().get(ATTEMPTS / 2)).isLessThan(timeout.dividedBy(2));
        }
    }
}
