package dev.tollgate.sink.status;

import static dev.tollgate.schemas.metrics.MeterDeclaration.counter;
import static dev.tollgate.schemas.metrics.MeterDeclaration.gauge;
import static dev.tollgate.schemas.metrics.MeterDeclaration.timer;

import dev.tollgate.schemas.metrics.MeterDeclaration;
import dev.tollgate.schemas.metrics.MeterGroup;
import dev.tollgate.schemas.metrics.TagDeclaration;
import dev.tollgate.sink.internal.failure.UnavailableException;
import dev.tollgate.sink.internal.table.TableMapping;
import dev.tollgate.sink.internal.table.TableMappings;

/** The meters of the sink. Gauges are of the partitions that the process has, so they add up over all processes. */
public final class SinkMeters {
    static final MeterDeclaration ROWS = counter(
            "tollgate.sink.rows",
            "rows",
            "rows stored, by table; repeated ones are not counted again within a process",
            new TagDeclaration(
                    "table",
                    TableMappings.ALL.stream()
                            .<String>map(TableMapping::table)
                            .sorted()
                            .toList()));

    static final MeterDeclaration INSERTS = counter("tollgate.sink.inserts", "inserts", "inserts whose rows stand");

    static final MeterDeclaration INSERT_TIME = timer("tollgate.sink.insert", "how long inserts took that succeeded");

    static final MeterDeclaration BATCHES =
            counter("tollgate.sink.batches", "batches", "ranges of offsets that were finished");

    static final MeterDeclaration REPLAYED = counter(
            "tollgate.sink.replayed.batches",
            "batches",
            "ranges of offsets that were taken over because their outcome was unknown");

    static final MeterDeclaration UNCLEAR = counter(
            "tollgate.sink.unclear.inserts", "inserts", "inserts of which it was not known whether they were stored");

    static final MeterDeclaration LOOKUPS =
            counter("tollgate.sink.stored.row.lookups", "lookups", "times that ClickHouse was asked which rows stand");

    static final MeterDeclaration FENCED = counter(
            "tollgate.sink.fenced.tokens",
            "tokens",
            "tokens that ClickHouse had taken without storing their rows, so that the next was used");

    static final MeterDeclaration THROTTLED = counter(
            "tollgate.sink.throttled.steps",
            "steps",
            "steps in which a partition had to wait, because ClickHouse would forget tokens that are still needed; only"
                    + " old dates in great number lead there");

    static final MeterDeclaration IGNORED = counter(
            "tollgate.sink.ignored.records",
            "records",
            "records of the journal that were skipped because `sink.ignored-applications` names who wrote them; again"
                    + " where they are read again");

    static final MeterDeclaration REREAD = counter(
            "tollgate.sink.reread.rows",
            "rows",
            "rows that were missing from a table and were brought back from the log");

    static final MeterDeclaration MISSING = gauge(
            "tollgate.sink.missing.rows",
            "rows",
            "rows of the journal that should stand and do not, as of the last count");

    static final MeterDeclaration DOUBLED =
            gauge("tollgate.sink.doubled.rows", "rows", "rows that stand at a position which has one already");

    static final MeterDeclaration LOST = gauge(
            "tollgate.sink.lost.offsets",
            "offsets",
            "offsets that neither log nor table has (table `lost_range`), and rows that are gone without it being known"
                    + " which");

    static final MeterDeclaration RETRIES = counter(
            "tollgate.sink.retries",
            "retries",
            "attempts that had to wait, by what did not answer",
            TagDeclaration.of("part", UnavailableException.Part.class));

    static final MeterDeclaration WAITING = gauge(
            "tollgate.sink.waiting.threads", "threads", "threads that wait for ClickHouse, registry or Kafka now");

    static final MeterDeclaration LAG_RECORDS = gauge(
            "tollgate.sink.lag.records",
            "records",
            "records in the log that are not stored yet, as of each thread's last look; at least, while a partition has"
                    + " just been taken over");

    static final MeterDeclaration LAG_TIME = gauge(
            "tollgate.sink.lag",
            MeterDeclaration.SECONDS,
            "since the append of the oldest record that was read and is not stored yet; 0 if there is none. Records"
                    + " that were not even read are in `tollgate_sink_lag_records` alone");

    /** All of them. */
    public static final MeterGroup GROUP = MeterGroup.of(
            "sink",
            "Sink: `tollgate sink`",
            ROWS,
            INSERTS,
            INSERT_TIME,
            BATCHES,
            REPLAYED,
            UNCLEAR,
            LOOKUPS,
            FENCED,
            THROTTLED,
            IGNORED,
            REREAD,
            MISSING,
            DOUBLED,
            LOST,
            RETRIES,
            WAITING,
            LAG_RECORDS,
            LAG_TIME);

    private SinkMeters() {}
}
