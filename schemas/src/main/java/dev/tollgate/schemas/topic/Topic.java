package dev.tollgate.schemas.topic;

import dev.tollgate.schemas.avro.AccountEvent;
import dev.tollgate.schemas.avro.DeadLetter;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.NotifyDelivery;
import dev.tollgate.schemas.avro.NotifyProgress;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.UsageTotal;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.kafka.common.config.TopicConfig;
import org.jspecify.annotations.Nullable;

/**
 * Every topic of Tollgate: what it carries, by which key, how long.
 *
 * <p>The full name is prefix + name, for example {@code tollgate.request-events}. Topics that are {@link #perAccount()}
 * are partitioned by account id with the same number of partitions, so that one task sees all of an account.
 */
public enum Topic {
    /**
     * Key account id. Times are the broker's append times: event time lives in the payload, so that an old event does
     * not expire unread and the skew of a service's clock can be told.
     */
    REQUEST_EVENTS("request-events", RequestEvent.SCHEMA$, true, Duration.ofDays(30), Cleanup.DELETE),
    /** Key account id; kept forever. */
    ACCOUNT_EVENTS("account-events", AccountEvent.SCHEMA$, true, null, Cleanup.DELETE),
    /**
     * Key plan id; each record carries all versions of its plan. Kept forever and never compacted: from when on a
     * version counts follows from the append time of its record, and compaction would drop the records that had counted
     * before.
     */
    PLAN_CATALOG("plan-catalog", Plan.SCHEMA$, false, null, Cleanup.DELETE),
    /**
     * Key account id: one entry per event seen. Kept twice as long as a broker keeps the offsets of a group that is
     * away ({@code offsets.retention.minutes}, 7 days by default): a sink that was stopped that long finds its records
     * still there.
     */
    USAGE_JOURNAL("usage-journal", UsageJournalEntry.SCHEMA$, true, Duration.ofDays(14), Cleanup.DELETE),
    /**
     * Key {@code account|limit|scope|scope key|meter|window|window start}, in which a {@code |} of an id is written
     * {@code \p} and a {@code \} twice. Partitioned by the account id alone: compaction by the bare account id would
     * keep a single window of each account.
     */
    USAGE_TOTALS("usage-totals", UsageTotal.SCHEMA$, true, Duration.ofDays(90), Cleanup.COMPACT_AND_DELETE),
    /**
     * Key account id. Kept uncompressed whatever the producer does: alerting systems read it in any language, and not
     * every client has every codec (kafkajs knows gzip alone).
     */
    LIMIT_EVENTS("limit-events", LimitEvent.SCHEMA$, true, Duration.ofDays(90), Cleanup.DELETE),
    /** Key account id: the newest snapshot of each account. */
    LIMIT_STATE("limit-state", LimitState.SCHEMA$, true, null, Cleanup.COMPACT),
    /** No key. */
    DEAD_LETTERS("dead-letters", DeadLetter.SCHEMA$, false, Duration.ofDays(30), Cleanup.DELETE),
    /**
     * Key endpoint and account id with a NUL character between them; partitioned by the account id alone, so that who
     * reads a partition of {@code limit-events} finds how far its accounts have come in one partition. A key that is an
     * endpoint's name alone says that it is switched off; it stands in partition 0.
     */
    NOTIFY_PROGRESS("notify-progress", NotifyProgress.SCHEMA$, true, null, Cleanup.COMPACT),
    /** Key account id: a record for each attempt. */
    NOTIFY_DELIVERIES("notify-deliveries", NotifyDelivery.SCHEMA$, true, Duration.ofDays(30), Cleanup.DELETE);

    private final String shortName;
    private final Schema schema;
    private final boolean perAccount;
    private final @Nullable Duration retention;
    private final Cleanup cleanup;

    Topic(String shortName, Schema schema, boolean perAccount, @Nullable Duration retention, Cleanup cleanup) {
        this.shortName = shortName;
        this.schema = schema;
        this.perAccount = perAccount;
        this.retention = retention;
        this.cleanup = cleanup;
    }

    /** Name without prefix, for example {@code request-events}. */
    public String shortName() {
        return shortName;
    }

    /** Schema of the values. */
    public Schema schema() {
        return schema;
    }

    /** Whether it is partitioned by account id, together with the others that are. */
    public boolean perAccount() {
        return perAccount;
    }

    /**
     * Whether others than the accounting role write to it. Its records must carry the broker's append times, since
     * nothing is known about the clocks of those who publish.
     */
    public boolean isInput() {
        return this == REQUEST_EVENTS || this == ACCOUNT_EVENTS || this == PLAN_CATALOG;
    }

    /** Topic configuration that Tollgate keeps, by Kafka's names. */
    public Map<String, String> config() {
        Map<String, String> config = new LinkedHashMap<>();
        config.put(TopicConfig.CLEANUP_POLICY_CONFIG, cleanup.policy);
        config.put(TopicConfig.RETENTION_MS_CONFIG, retention == null ? "-1" : Long.toString(retention.toMillis()));
        config.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
        if (this == LIMIT_EVENTS) {
            config.put(TopicConfig.COMPRESSION_TYPE_CONFIG, "uncompressed");
        }
        if (cleanup != Cleanup.DELETE) {
            // The newest record of a key is what readers start from: give them little to skip.
            config.put(TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.1");
        }
        return config;
    }

    private enum Cleanup {
        DELETE("delete"),
        COMPACT("compact"),
        COMPACT_AND_DELETE("compact,delete");

        final String policy;

        Cleanup(String policy) {
            this.policy = policy;
        }
    }
}
