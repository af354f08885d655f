package dev.tollgate.engine.input;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a service has said about a call for reports only. No rule looks at it; it is kept with the journal entry, so
 * that what a correction journals can be reported like the call itself.
 *
 * @param durationMillis how long the call took, or null if nobody measured it
 * @param producer the service that published the event; empty if it did not say
 * @param attributes labels; the engine keeps as many and as long ones as it is given
 */
public record Annotations(@Nullable Long durationMillis, String producer, Map<String, String> attributes) {
    private static final Annotations NONE = new Annotations(null, "", Map.of());

    /** Nothing was said. */
    public static Annotations none() {
        return NONE;
    }
}
