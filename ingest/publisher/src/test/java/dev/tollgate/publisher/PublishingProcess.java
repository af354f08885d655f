package dev.tollgate.publisher;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * A service that publishes until it is killed. Events {@code account-N/number} go round the accounts; after each group
 * of 100 it waits until none is in memory only and says {@code SAFE total} on its standard output.
 */
public final class PublishingProcess {
    static final int ACCOUNTS = 5;
    private static final int GROUP = 100;

    private PublishingProcess() {}

    public static void main(String[] arguments) {
        Map<String, Object> properties = new TreeMap<>();
        for (String argument : arguments) {
            int equals = argument.indexOf('=');
            properties.put(argument.substring(0, equals), argument.substring(equals + 1));
        }
        String prefix = String.valueOf(properties.remove("test.account-prefix"));
        long groupNanos =
                GROUP * 1_000_000_000L / Long.parseLong(String.valueOf(properties.remove("test.most-a-second")));
        RequestEventPublisher publisher = RequestEventPublisher.start(PublisherConfig.from(properties));
        System.out.println("STARTED");
        for (int total = 0; ; ) {
            long next = System.nanoTime() + groupNanos;
            for (int i = 0; i < GROUP; i++, total++) {
                UsageCall call = UsageCall.of(prefix + total % ACCOUNTS, "/e").eventId(Integer.toString(total));
                if (!publisher.publish(call)) {
                    throw new IllegalStateException("rejected: " + total);
                }
            }
            while (publisher.eventsInMemoryOnly() > 0 || System.nanoTime() - next < 0) {
                LockSupport.parkNanos(200_000);
            }
            System.out.println("SAFE " + total);
        }
    }

    /** Starts it in a JVM of its own; standard output is piped, standard error inherited. */
    static Process start(Map<String, Object> properties) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                PublishingProcess.class.getName()));
        properties.forEach((key, value) -> command.add(key + "=" + value));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    static Duration patience() {
        return Duration.ofSeconds(60);
    }
}
