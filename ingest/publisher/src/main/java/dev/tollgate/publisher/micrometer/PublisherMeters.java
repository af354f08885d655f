package dev.tollgate.publisher.micrometer;

import static dev.tollgate.schemas.metrics.MeterDeclaration.counter;
import static dev.tollgate.schemas.metrics.MeterDeclaration.gauge;

import dev.tollgate.publisher.DropReason;
import dev.tollgate.publisher.EventRejectionReason;
import dev.tollgate.schemas.metrics.MeterDeclaration;
import dev.tollgate.schemas.metrics.MeterGroup;
import dev.tollgate.schemas.metrics.TagDeclaration;

/** The meters of a publisher. */
public final class PublisherMeters {
    private static final String EVENTS = "events";

    static final MeterDeclaration PUBLISHED =
            counter("tollgate.publisher.published.events", EVENTS, "events that `publish` accepted");

    static final MeterDeclaration ACKNOWLEDGED =
            counter("tollgate.publisher.acknowledged.events", EVENTS, "events that Kafka has");

    static final MeterDeclaration SPOOLED =
            counter("tollgate.publisher.spooled.events", EVENTS, "events written to the spool");

    static final MeterDeclaration RECOVERED = counter(
            "tollgate.publisher.recovered.events", EVENTS, "events of an earlier process that were found in the spool");

    static final MeterDeclaration REJECTED = counter(
            "tollgate.publisher.rejected.events",
            EVENTS,
            "events that break a rule of the contract, by reason; alert on any",
            TagDeclaration.of("reason", EventRejectionReason.class));

    static final MeterDeclaration DROPPED = counter(
            "tollgate.publisher.dropped.events",
            EVENTS,
            "events that are lost, by reason; alert on any",
            TagDeclaration.of("reason", DropReason.class));

    static final MeterDeclaration LISTENER_FAILURES =
            counter("tollgate.publisher.listener.failures", "failures", "calls of the service's listener that threw");

    static final MeterDeclaration PENDING =
            gauge("tollgate.publisher.pending.events", EVENTS, "events that were accepted and not acknowledged yet");

    static final MeterDeclaration MEMORY_ONLY = gauge(
            "tollgate.publisher.memory.only.events",
            EVENTS,
            "the part of them that is not in the spool: lost if the process is killed now");

    static final MeterDeclaration SPOOL_SIZE =
            gauge("tollgate.publisher.spool.bytes", "bytes", "size of the spool's files");

    /** All of them. */
    public static final MeterGroup GROUP = MeterGroup.of(
            "publisher",
            "Publisher, bound by a service: `PublisherMeterBinder`",
            PUBLISHED,
            ACKNOWLEDGED,
            SPOOLED,
            RECOVERED,
            REJECTED,
            DROPPED,
            LISTENER_FAILURES,
            PENDING,
            MEMORY_ONLY,
            SPOOL_SIZE);

    private PublisherMeters() {}
}
