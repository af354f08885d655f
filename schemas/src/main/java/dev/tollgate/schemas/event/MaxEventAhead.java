package dev.tollgate.schemas.event;

import dev.tollgate.planmodel.input.InputTime;
import dev.tollgate.planmodel.input.Violation;
import dev.tollgate.schemas.config.Durations;
import dev.tollgate.schemas.config.Setting;
import dev.tollgate.schemas.config.SettingType;
import dev.tollgate.schemas.config.SettingsReader;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far ahead the time of a request event may lie: of the clock of the publisher, the gateway or {@code tollgate
 * ingest}, and of the append time of the record in the accounting role. An event of the future would close windows that
 * still run.
 *
 * @param duration inclusive; 0 s to 24 h
 */
public record MaxEventAhead(Duration duration) {
    /** Name of the setting, the same for all roles. */
    public static final String KEY = "events.max-ahead";

    private static final Duration DEFAULT = Duration.ofSeconds(60);
    private static final String LEAST = "0s";
    private static final String MOST = "24h";

    static final Setting<Duration> SETTING = Setting.of(
            KEY,
            SettingType.duration(LEAST, MOST),
            DEFAULT,
            "how far a request event may lie ahead, the same for all roles; later ones are rejected on the way in, or"
                    + " dead letters `FUTURE_EVENT`");

    public MaxEventAhead {
        if (duration.isNegative() || duration.compareTo(Durations.parse(MOST)) > 0) {
            throw new IllegalArgumentException(KEY + " must be " + LEAST + " to " + MOST + ", was " + duration);
        }
    }

    /** 60 seconds. */
    public static MaxEventAhead standard() {
        return new MaxEventAhead(DEFAULT);
    }

    /** Reads {@value #KEY}, one of {@link MaxEventAge#SETTINGS}; a problem is noted in the reader. */
    public static MaxEventAhead read(SettingsReader settings) {
        return new MaxEventAhead(settings.get(SETTING));
    }

    /**
     * What is wrong with an event of the future; null if it is none.
     *
     * @param occurredAt from {@link RequestEventRules#EARLIEST} to {@link RequestEventRules#LATEST}
     * @param at the moment that the event is held against, milliseconds since the epoch, >= 0
     */
    public @Nullable Violation violation(Instant occurredAt, long at) {
        return InputTime.ahead("occurred_at", occurredAt.toEpochMilli(), at, duration.toMillis());
    }
}
