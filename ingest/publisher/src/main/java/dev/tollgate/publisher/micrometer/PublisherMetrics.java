package dev.tollgate.publisher.micrometer;

import dev.tollgate.publisher.DropReason;
import dev.tollgate.publisher.PublisherCounters;
import dev.tollgate.publisher.RejectionReason;
import dev.tollgate.publisher.RequestEventPublisher;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * A publisher's counters as meters. Names and tags are public contract:
 *
 * <table>
 * <caption>Meters</caption>
 * <tr><th>name</th><th>kind, unit</th><th>meaning</th></tr>
 * <tr><td>{@code tollgate.publisher.published}</td><td>counter, events</td><td>accepted by {@code publish}</td></tr>
 * <tr><td>{@code tollgate.publisher.acknowledged}</td><td>counter, events</td><td>Kafka has them</td></tr>
 * <tr><td>{@code tollgate.publisher.spooled}</td><td>counter, events</td><td>written to the spool</td></tr>
 * <tr><td>{@code tollgate.publisher.recovered}</td><td>counter, events</td><td>of an earlier process, found in the
 *     spool</td></tr>
 * <tr><td>{@code tollgate.publisher.rejected}</td><td>counter, events; tag {@code reason}</td>
 *     <td>rejected; alert on any</td></tr>
 * <tr><td>{@code tollgate.publisher.dropped}</td><td>counter, events; tag {@code reason}</td>
 *     <td>lost; alert on any</td></tr>
 * <tr><td>{@code tollgate.publisher.pending}</td><td>gauge, events</td><td>accepted and not acknowledged</td></tr>
 * <tr><td>{@code tollgate.publisher.memory.only}</td><td>gauge, events</td><td>pending and not in the spool</td></tr>
 * <tr><td>{@code tollgate.publisher.spool.size}</td><td>gauge, bytes</td><td>size of the spool's files</td></tr>
 * </table>
 *
 * <p>The tag {@code reason} has the names of {@link RejectionReason} and {@link DropReason} in kebab-case. All reasons
 * are there from the start with 0, so that an alert can be written before the first loss.
 */
public final class PublisherMetrics implements MeterBinder {
    private static final String PREFIX = "tollgate.publisher.";
    private static final String EVENTS = "events";

    private final RequestEventPublisher publisher;

    public PublisherMetrics(RequestEventPublisher publisher) {
        this.publisher = publisher;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        counter(registry, "published", "Events accepted", List.of(), PublisherCounters::published);
        counter(registry, "acknowledged", "Events that Kafka has", List.of(), PublisherCounters::acknowledged);
        counter(registry, "spooled", "Events written to the spool", List.of(), PublisherCounters::spooled);
        counter(
                registry,
                "recovered",
                "Events of an earlier process found in the spool",
                List.of(),
                PublisherCounters::recovered);
        for (RejectionReason reason : RejectionReason.values()) {
            counter(
                    registry,
                    "rejected",
                    "Events rejected",
                    List.of(tag(reason)),
                    counters -> counters.rejected(reason));
        }
        for (DropReason reason : DropReason.values()) {
            counter(registry, "dropped", "Events lost", List.of(tag(reason)), counters -> counters.dropped(reason));
        }
        gauge(
                registry,
                "pending",
                EVENTS,
                "Events accepted and not acknowledged",
                RequestEventPublisher::pendingEvents);
        gauge(
                registry,
                "memory.only",
                EVENTS,
                "Pending events that are not in the spool",
                RequestEventPublisher::eventsInMemoryOnly);
        gauge(registry, "spool.size", "bytes", "Size of the spool's files", RequestEventPublisher::spoolBytes);
    }

    private void counter(
            MeterRegistry registry,
            String name,
            String description,
            List<Tag> tags,
            ToDoubleFunction<PublisherCounters> value) {
        FunctionCounter.builder(PREFIX + name, publisher.counters(), value)
                .description(description)
                .baseUnit(EVENTS)
                .tags(tags)
                .register(registry);
    }

    private void gauge(
            MeterRegistry registry,
            String name,
            String unit,
            String description,
            ToDoubleFunction<RequestEventPublisher> value) {
        Gauge.builder(PREFIX + name, publisher, value)
                .description(description)
                .baseUnit(unit)
                .register(registry);
    }

    private static Tag tag(Enum<?> reason) {
        return Tag.of("reason", reason.name().toLowerCase(Locale.ROOT).replace('_', '-'));
    }
}
