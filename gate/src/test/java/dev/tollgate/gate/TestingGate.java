package dev.tollgate.gate;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/** A gate that is told everything: the time, the plans, the snapshots. */
public final class TestingGate {
    /** A Tuesday, ten seconds into a minute. */
    public static final Instant START = Instant.parse("2026-03-10T12:30:10Z");

    public final AtomicLong clock = new AtomicLong(START.toEpochMilli());
    public final Gate gate;

    public TestingGate(String... settings) {
        this.gate = Gate.unfed(GateConfig.from(settings(settings)), clock::get);
    }

    public static Map<String, String> settings(String... keysAndValues) {
        Map<String, String> settings = new HashMap<>();
        settings.put("kafka.bootstrap-servers", "127.0.0.1:1");
        settings.put("registry.url", "http://127.0.0.1:1");
        for (int i = 0; i < keysAndValues.length; i += 2) {
            settings.put(keysAndValues[i], keysAndValues[i + 1]);
        }
        return settings;
    }

    public long now() {
        return clock.get();
    }

    void passMillis(long millis) {
        clock.addAndGet(millis);
    }

    /** How many calls go ahead until one is denied; at most so many are tried. */
    int allowedOf(int calls, String endpoint) {
        for (int i = 0; i < calls; i++) {
            if (!gate.check("acme", endpoint).allowed()) {
                return i;
            }
        }
        return calls;
    }
}
