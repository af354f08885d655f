package dev.tollgate.sink;

import dev.tollgate.schemas.config.Setting;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.config.SettingType;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The sink's own keys. */
final class SinkSettings {
    private static final Pattern GROUP_ID_PATTERN = Pattern.compile("[a-zA-Z0-9._-]{1,200}");

    static final Setting<String> GROUP_ID = Setting.of(
            "sink.group-id",
            SettingType.text(GROUP_ID_PATTERN, "1 to 200 letters, digits, '.', '_' or '-'"),
            "tollgate-sink",
            "consumer group whose committed offsets are the ledger of what is written; one for all instances");

    static final Setting<Integer> THREADS =
            Setting.of("sink.threads", SettingType.integer(1, 64), 1, "consumers in this process");

    static final Setting<Integer> BATCH_MAX_ROWS = Setting.of(
            "sink.batch.max-rows", SettingType.integer(1, 1_000_000, "records"), 50_000, "size of a batch at most");

    static final Setting<Long> BATCH_MAX_BYTES = Setting.of(
            "sink.batch.max-bytes",
            SettingType.number(1 << 10, 256 << 20, "bytes"),
            16L << 20,
            "the same in bytes of records");

    static final Setting<Duration> BATCH_MAX_DELAY = Setting.of(
            "sink.batch.max-delay",
            SettingType.duration("10ms", "10m"),
            Duration.ofSeconds(1),
            "how long a record waits for others at most");

    static final Setting<Long> BUFFER_MAX_BYTES = Setting.of(
            "sink.buffer.max-bytes",
            SettingType.number(1 << 10, 2L << 30, "bytes"),
            64L << 20,
            "of records that wait in one thread before it writes whatever it has");

    static final Setting<Duration> RETRY_MIN_DELAY = Setting.of(
            "sink.retry.min-delay",
            SettingType.duration("1ms", "1m"),
            Duration.ofMillis(200),
            "first wait after a failure; doubles with each");

    static final Setting<Duration> RETRY_MAX_DELAY = Setting.of(
            "sink.retry.max-delay",
            SettingType.duration("1ms", "10m"),
            Duration.ofSeconds(10),
            "longest wait; at least the first one");

    static final Setting<Duration> MAX_POLL_INTERVAL = Setting.of(
            "sink.max-poll-interval",
            SettingType.duration("3s", "1h"),
            Duration.ofMinutes(5),
            "after how long without a sign of life a thread's partitions go to another; at least three times"
                    + " `clickhouse.request-timeout`");

    static final Setting<Duration> CHECK_INTERVAL = Setting.of(
            "sink.check-interval",
            SettingType.duration("100ms", "24h"),
            Duration.ofMinutes(1),
            "how often the rows of the journal are counted");

    static final Setting<List<String>> IGNORED_APPLICATIONS = Setting.of(
            "sink.ignored-applications",
            SettingType.list(),
            List.of(),
            "comma-separated ids of accounting applications whose records of the journal are skipped");

    static final Setting<Optional<String>> NEXT_APPLICATION = Setting.optional(
            "sink.next-application",
            SettingType.text(),
            "id of the accounting application that may follow the one that stands");

    static final SettingGroup GROUP = SettingGroup.of(
            "sink",
            "Sink role (tollgate sink)",
            GROUP_ID,
            THREADS,
            BATCH_MAX_ROWS,
            BATCH_MAX_BYTES,
            BATCH_MAX_DELAY,
            BUFFER_MAX_BYTES,
            RETRY_MIN_DELAY,
            RETRY_MAX_DELAY,
            MAX_POLL_INTERVAL,
            CHECK_INTERVAL,
            IGNORED_APPLICATIONS,
            NEXT_APPLICATION);

    private SinkSettings() {}
}
