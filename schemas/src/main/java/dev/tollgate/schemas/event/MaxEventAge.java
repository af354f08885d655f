package dev.tollgate.schemas.event;

import dev.tollgate.planmodel.input.InputRule;
import dev.tollgate.planmodel.input.Violation;
import dev.tollgate.schemas.config.Durations;
import dev.tollgate.schemas.config.Setting;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.config.SettingType;
import dev.tollgate.schemas.config.SettingsReader;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far back the time of a request event may lie. Every way in applies this one rule: the publisher, the gateway and
 * {@code tollgate ingest} against their clock, the accounting role against the append time of the record.
 *
 * <p>The bound is there because the books are kept by month of event time. One request with an event in each of 600
 * months would cost 600 inserts, and all reporting would wait for them.
 *
 * <p>Example with 400 d: an event of 2025-01-01T00:00:00Z is accepted up to 2026-02-05T00:00:00Z inclusive, and
 * rejected one millisecond later.
 *
 * @param duration greatest age, inclusive; 1 h to 36,500 d
 */
public record MaxEventAge(Duration duration) {
    /** Name of the setting, the same for all roles. */
    public static final String KEY = "events.max-age";

    private static final Duration DEFAULT = Duration.ofDays(400);
    private static final String LEAST = "1h";
    private static final String MOST = "36500d";

    private static final Setting<Duration> SETTING = Setting.of(
            KEY,
            SettingType.duration(LEAST, MOST),
            DEFAULT,
            "greatest age of a request event, the same for all roles; older ones are rejected on the way in, or dead"
                    + " letters `TOO_OLD`");

    /** What all who take request events agree on. */
    public static final SettingGroup SETTINGS =
            SettingGroup.of("events", "Request events", SETTING, MaxEventAhead.SETTING);

    public MaxEventAge {
        if (duration.compareTo(Durations.parse(LEAST)) < 0 || duration.compareTo(Durations.parse(MOST)) > 0) {
            throw new IllegalArgumentException(KEY + " must be " + LEAST + " to " + MOST + ", was " + duration);
        }
    }

    /** 400 days: a year and a month, so that a full billing year can still be loaded. */
    public static MaxEventAge standard() {
        return new MaxEventAge(DEFAULT);
    }

    /** Reads {@value #KEY}; a problem is noted in the reader. */
    public static MaxEventAge read(SettingsReader settings) {
        return new MaxEventAge(settings.get(SETTING));
    }

    /**
     * What is wrong with an event's age; null if nothing. A time before {@link RequestEventRules#EARLIEST} is wrong for
     * another reason and no matter of this rule.
     *
     * @param at the moment that the event is held against, milliseconds since the epoch, >= 0
     */
    public @Nullable Violation violation(Instant occurredAt, long at) {
        if (occurredAt.isBefore(RequestEventRules.EARLIEST)
                || !occurredAt.isBefore(Instant.ofEpochMilli(at - duration.toMillis()))) {
            return null;
        }
        return new Violation(
                "occurred_at",
                InputRule.AGE,
                "must be at most " + text() + " before " + Instant.ofEpochMilli(at) + ", was " + occurredAt);
    }

    private String text() {
        boolean wholeDays = duration.equals(Duration.ofDays(duration.toDays()));
        return wholeDays ? duration.toDays() + " d" : duration.toString();
    }
}
