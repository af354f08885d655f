package dev.tollgate.publisher.micrometer;

import dev.tollgate.publisher.DropReason;
import dev.tollgate.publisher.EventRejectionReason;
import dev.tollgate.publisher.PublisherCounters;
import dev.tollgate.publisher.RequestEventPublisher;
import dev.tollgate.schemas.metrics.TagDeclaration;
import dev.tollgate.schemas.micrometer.DeclaredMeters;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Binds a publisher's figures to a registry, as {@link PublisherMeters} declares them. All are there with 0 from the
 * start, so that an alert can be written before the first loss. The registry asks the publisher when it is read: an
 * event costs nothing more than without it.
 */
public final class PublisherMeterBinder implements MeterBinder {
    private final RequestEventPublisher publisher;

    public PublisherMeterBinder(RequestEventPublisher publisher) {
        this.publisher = publisher;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        DeclaredMeters meters = new DeclaredMeters(registry);
        PublisherCounters counters = publisher.counters();
        meters.counter(PublisherMeters.PUBLISHED, counters, PublisherCounters::published);
        meters.counter(PublisherMeters.ACKNOWLEDGED, counters, PublisherCounters::acknowledged);
        meters.counter(PublisherMeters.SPOOLED, counters, PublisherCounters::spooled);
        meters.counter(PublisherMeters.RECOVERED, counters, PublisherCounters::recovered);
        meters.counter(PublisherMeters.LISTENER_FAILURES, counters, PublisherCounters::listenerFailures);
        for (EventRejectionReason reason : EventRejectionReason.values()) {
            meters.counter(
                    PublisherMeters.REJECTED, counters, bound -> bound.rejected(reason), TagDeclaration.value(reason));
        }
        for (DropReason reason : DropReason.values()) {
            meters.counter(
                    PublisherMeters.DROPPED, counters, bound -> bound.dropped(reason), TagDeclaration.value(reason));
        }
        meters.gauge(PublisherMeters.PENDING, publisher, RequestEventPublisher::pendingEvents);
        meters.gauge(PublisherMeters.MEMORY_ONLY, publisher, RequestEventPublisher::eventsInMemoryOnly);
        meters.gauge(PublisherMeters.SPOOL_SIZE, publisher, RequestEventPublisher::spoolBytes);
    }
}
