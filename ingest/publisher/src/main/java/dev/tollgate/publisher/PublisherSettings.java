package dev.tollgate.publisher;

import dev.tollgate.publisher.spool.OverflowPolicy;
import dev.tollgate.publisher.spool.SpoolConfig;
import dev.tollgate.publisher.spool.SyncPolicy;
import dev.tollgate.schemas.config.Setting;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.config.SettingType;
import dev.tollgate.schemas.event.RequestEventRules;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** The publisher's own keys. */
final class PublisherSettings {
    static final Setting<String> NAME = Setting.of(
            "publisher.name",
            SettingType.text(
                    Pattern.compile(".{0," + RequestEventRules.MAX_ID_CHARACTERS + "}"),
                    "up to " + RequestEventRules.MAX_ID_CHARACTERS + " characters"),
            "",
            "producer field of events that have none");

    static final Setting<Integer> QUEUE_EVENTS = Setting.of(
            "publisher.queue-events",
            SettingType.integer(2, 1 << 24),
            1 << 16,
            "events in memory that were not handed to Kafka's client yet; rounded up to a power of two");

    static final Setting<Long> QUEUE_BYTES = Setting.of(
            "publisher.queue-bytes", SettingType.number(64L << 10, 16L << 30, "bytes"), 32L << 20, "the same in bytes");

    static final Setting<Long> IN_FLIGHT_BYTES = Setting.of(
            "publisher.in-flight-bytes",
            SettingType.number(64L << 10, 16L << 30, "bytes"),
            16L << 20,
            "events handed to Kafka's client and not acknowledged yet; Kafka's own `buffer.memory` comes on top");

    static final Setting<Optional<Path>> SPOOL_FOLDER = Setting.optional(
            "publisher.spool-folder",
            SettingType.path(),
            "folder of this process alone for events while Kafka is away; without it they wait in memory");

    static final Setting<Long> SPOOL_BYTES = Setting.of(
            "publisher.spool-bytes",
            SettingType.number(2 * SpoolConfig.MIN_SEGMENT_BYTES, 1L << 50, "bytes"),
            1L << 30,
            "bound of the spool's files together");

    static final Setting<Long> SPOOL_SEGMENT_BYTES = Setting.of(
            "publisher.spool-segment-bytes",
            SettingType.number(SpoolConfig.MIN_SEGMENT_BYTES, 1L << 30, "bytes"),
            16L << 20,
            "size of one file; at most half of the bound");

    static final Setting<OverflowPolicy> SPOOL_OVERFLOW = Setting.of(
            "publisher.spool-overflow",
            SettingType.choice(OverflowPolicy.class),
            OverflowPolicy.DROP_NEWEST,
            "what gives way at the bound");

    static final Setting<SyncPolicy> SPOOL_SYNC = Setting.of(
            "publisher.spool-sync",
            SettingType.choice(SyncPolicy.class),
            SyncPolicy.OPERATING_SYSTEM,
            "when spooled events are forced to disk");

    static final Setting<SpoolUse> SPOOL_USE = Setting.of(
            "publisher.spool-use",
            SettingType.choice(SpoolUse.class),
            SpoolUse.OUTAGE,
            "whether events go through the spool only while Kafka is away or always");

    static final Setting<Duration> SPOOL_AFTER = Setting.of(
            "publisher.spool-after",
            SettingType.duration("1ms", "1h"),
            Duration.ofMillis(500),
            "how long the oldest event may wait for Kafka before events go to the spool");

    static final Setting<Duration> REJECT_AFTER = Setting.of(
            "publisher.reject-after",
            SettingType.duration("0ms", "24h"),
            Duration.ofMinutes(1),
            "how long an event that Kafka rejects (an invalid record or record time) is sent again, and those behind"
                    + " it wait, before it is given up");

    static final Setting<Duration> CLOSE_TIMEOUT = Setting.of(
            "publisher.close-timeout",
            SettingType.duration("0ms", "1h"),
            Duration.ofSeconds(10),
            "how long `close()` waits for Kafka");

    static final SettingGroup GROUP = SettingGroup.of(
            "publisher",
            "Publisher (library)",
            NAME,
            QUEUE_EVENTS,
            QUEUE_BYTES,
            IN_FLIGHT_BYTES,
            SPOOL_FOLDER,
            SPOOL_BYTES,
            SPOOL_SEGMENT_BYTES,
            SPOOL_OVERFLOW,
            SPOOL_SYNC,
            SPOOL_USE,
            SPOOL_AFTER,
            REJECT_AFTER,
            CLOSE_TIMEOUT);

    private PublisherSettings() {}
}
