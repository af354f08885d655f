package dev.tollgate.streams.config;

import dev.tollgate.schemas.config.Setting;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.config.SettingType;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.regex.Pattern;

/** How Kafka Streams runs. */
final class StreamsSettings {
    private static final SettingType<String> ID =
            SettingType.text(Pattern.compile("[a-zA-Z0-9._-]{1,150}"), "1 to 150 letters, digits, '.', '_' or '-'");

    static final Setting<String> APPLICATION_ID = Setting.of(
            "streams.application-id",
            ID,
            "tollgate-accounting",
            "consumer group, and prefix of changelogs and transactional ids; the same for all instances, for ever:"
                    + " another one counts everything again. Each journal entry names it in the record header `app`");

    static final Setting<Optional<String>> INSTANCE_ID = Setting.optional(
            "streams.instance-id",
            ID,
            "a lasting name of this instance: it then keeps its partitions over a restart within the session timeout"
                    + " (10 s), and nobody serves them meanwhile");

    static final Setting<Path> STATE_DIR = Setting.of(
            "streams.state-dir",
            SettingType.path(),
            Path.of("state"),
            "folder of the local state; it can be lost, it is rebuilt from the changelogs");

    static final Setting<Integer> THREADS =
            Setting.of("streams.threads", SettingType.integer(1, 128), 2, "stream threads of this instance");

    static final Setting<Duration> COMMIT_INTERVAL = Setting.of(
            "streams.commit-interval",
            SettingType.duration("1ms", "1m"),
            Duration.ofMillis(100),
            "how often a transaction commits while a task keeps up, less often under load; readers of committed data"
                    + " see results that much later");

    static final Setting<Integer> STANDBYS =
            Setting.of("streams.standbys", SettingType.integer(0, 8), 0, "warm copies of the state on other instances");

    static final SettingGroup GROUP = SettingGroup.of(
            "streams",
            "Accounting role: Kafka Streams (tollgate streams)",
            APPLICATION_ID,
            INSTANCE_ID,
            STATE_DIR,
            THREADS,
            COMMIT_INTERVAL,
            STANDBYS);

    private StreamsSettings() {}
}
