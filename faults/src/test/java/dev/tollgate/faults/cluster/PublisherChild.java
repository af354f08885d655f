package dev.tollgate.faults.cluster;

import dev.tollgate.publisher.PublisherConfig;
import dev.tollgate.publisher.RequestEventPublisher;
import dev.tollgate.schemas.AvroTypes;
import dev.tollgate.schemas.avro.RequestEvent;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A service with a publisher, to be killed: settings as {@code key=value} arguments, an event a line on standard input,
 * encoded with its schema's fingerprint and in Base64, an empty line to flush. Answers {@code SAFE n} when the first n
 * events of this process are in Kafka or in the spool, and {@code FLUSHED} when Kafka has all of them.
 */
final class PublisherChild {
    private static final long LOOK_NANOS = 20_000_000;
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private PublisherChild() {}

    public static void main(String[] arguments) throws IOException {
        Map<String, String> settings = new HashMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            settings.put(argument.substring(0, equals), argument.substring(equals + 1));
        }
        AvroTypes.trust();
        AtomicLong published = new AtomicLong();
        try (RequestEventPublisher publisher = RequestEventPublisher.start(PublisherConfig.from(settings));
                BufferedReader input =
                        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
            Thread.ofPlatform().daemon().name("safe").start(() -> tellWhatIsSafe(publisher, published));
            String line;
            while ((line = input.readLine()) != null) {
                if (line.isEmpty()) {
                    while (!publisher.flush(PATIENCE)) {
                        // Kafka is away; the campaign decides how long that may take.
                    }
                    System.out.println("FLUSHED");
                    System.out.flush();
                } else {
                    RequestEvent event = RequestEvent.fromByteBuffer(
                            ByteBuffer.wrap(Base64.getDecoder().decode(line)));
                    if (!publisher.publishWaiting(event, PATIENCE)) {
                        throw new IllegalStateException("the publisher did not take an event: " + publisher.counters());
                    }
                    published.incrementAndGet();
                }
            }
        }
    }

    private static void tellWhatIsSafe(RequestEventPublisher publisher, AtomicLong published) {
        long told = 0;
        while (true) {
            LockSupport.parkNanos(LOOK_NANOS);
            long before = published.get();
            if (before > told && publisher.eventsInMemoryOnly() == 0) {
                System.out.println("SAFE " + before);
                System.out.flush();
                told = before;
            }
        }
    }
}
