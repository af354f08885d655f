package dev.tollgate.notify;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.io.Reader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

/** The role as a process that a test can kill. Ends with its parent, whose end closes its standard input. */
final class NotifyProcess {
    private NotifyProcess() {}

    public static void main(String[] args) throws Exception {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(Path.of(args[0]))) {
            properties.load(reader);
        }
        Map<String, String> settings = new HashMap<>();
        properties.stringPropertyNames().forEach(name -> settings.put(name, properties.getProperty(name)));
        Thread.ofPlatform().daemon().start(() -> {
            try {
                while (System.in.read() >= 0) {
                    Thread.onSpinWait();
                }
            } catch (IOException e) {
                // As good as its end.
            }
            Runtime.getRuntime().halt(3);
        });
        Notify.start(NotifyConfig.from(settings), new SimpleMeterRegistry()).awaitTermination();
    }
}
