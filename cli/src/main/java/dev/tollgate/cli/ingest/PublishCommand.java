package dev.tollgate.cli.ingest;

import dev.tollgate.cli.config.ConfigOptions;
import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.planmodel.input.Rfc3339;
import dev.tollgate.publisher.PublisherConfig;
import dev.tollgate.publisher.RequestEventPublisher;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Phase;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.event.MaxEventAge;
import dev.tollgate.schemas.event.MaxEventAhead;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** {@code tollgate publish}: request events by hand, through the publisher that services use. */
@Command(
        name = "publish",
        description = {
            "Publish request events by hand, to try a plan or to see the way of an event.",
            "Services use the library (ingest/publisher) instead."
        },
        mixinStandardHelpOptions = true)
public final class PublishCommand implements Runnable {
    private static final int MAX_COUNT = 1_000_000;

    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before run.
    private CommandSpec spec;

    @Mixin
    private final ConfigOptions config = new ConfigOptions();

    @Option(names = "--account", required = true, paramLabel = "ID", description = "Account that is charged.")
    @SuppressWarnings("NullAway.Init") // Required by picocli.
    private String account;

    @Option(
            names = "--endpoint",
            required = true,
            paramLabel = "NAME",
            description = "What was called, as the plan names it.")
    @SuppressWarnings("NullAway.Init") // Required by picocli.
    private String endpoint;

    @Option(
            names = "--count",
            paramLabel = "N",
            defaultValue = "1",
            description = "How many events. Default: ${DEFAULT-VALUE}.")
    private int count;

    @Option(
            names = "--outcome",
            paramLabel = "OUTCOME",
            defaultValue = "SUCCESS",
            description = "One of SUCCESS, AUTH_FAILED, INVALID, LIMITED, SERVER_ERROR.")
    @SuppressWarnings("NullAway.Init") // Has a default value.
    private Outcome outcome;

    @Option(names = "--project", paramLabel = "ID", description = "Project that acted.")
    private @Nullable String project;

    @Option(names = "--api-key", paramLabel = "ID", description = "Id of the API key, never the key itself.")
    private @Nullable String apiKey;

    @Option(names = "--units", paramLabel = "N", description = "Size of each call in units.")
    private @Nullable Long units;

    @Option(
            names = "--event-id",
            paramLabel = "ID",
            description = "Identity; only with --count 1. Default: a new UUIDv7 each.")
    private @Nullable String eventId;

    @Option(
            names = "--occurred-at",
            paramLabel = "TIME",
            description = "Event time, such as 2026-12-01T00:00:00Z. Default: now.",
            converter = TimeConverter.class)
    private @Nullable Instant occurredAt;

    @Override
    public void run() {
        if (count < 1 || count > MAX_COUNT) {
            throw new ParameterException(
                    spec.commandLine(), "--count must be from 1 to " + MAX_COUNT + ", was " + count);
        }
        if (eventId != null && count != 1) {
            throw new ParameterException(spec.commandLine(), "--event-id goes with --count 1, was " + count);
        }
        Map<String, Object> properties = config.kafka().libraryProperties();
        properties.put(MaxEventAge.KEY, config.maxEventAge().duration().toString());
        properties.put(MaxEventAhead.KEY, config.maxEventAhead().duration().toString());
        PublisherConfig publisherConfig = PublisherConfig.from(properties);
        try (RequestEventPublisher publisher = RequestEventPublisher.start(publisherConfig)) {
            for (int i = 0; i < count; i++) {
                if (!publisher.publishWaiting(event(), Duration.ofSeconds(30))) {
                    throw new CommandFailure("event " + (i + 1) + " of " + count
                            + " was rejected or not taken in time: " + publisher.counters());
                }
            }
            if (!publisher.flush(Duration.ofSeconds(30))) {
                throw new CommandFailure("Kafka did not acknowledge all events within 30 s: " + publisher.counters());
            }
            spec.commandLine()
                    .getOut()
                    .printf(Locale.ROOT, "%d event(s) of %s on %s acknowledged%n", count, account, endpoint);
        }
    }

    /** Times by RFC 3339, as everywhere. */
    static final class TimeConverter implements ITypeConverter<Instant> {
        @Override
        public Instant convert(String value) {
            try {
                return Rfc3339.parse(value);
            } catch (DateTimeException e) {
                throw new TypeConversionException("must be a time such as 2026-12-01T00:00:00Z, was '" + value + "'");
            }
        }
    }

    /** Id and time are left to the publisher where they are not given. */
    @SuppressWarnings("NullAway") // The generated setters take null for fields that the publisher fills.
    private RequestEvent event() {
        RequestEvent event = new RequestEvent();
        event.setEventId(eventId);
        event.setAccountId(account);
        event.setProjectId(project);
        event.setApiKeyId(apiKey);
        event.setEndpoint(endpoint);
        if (occurredAt != null) {
            event.setOccurredAt(occurredAt);
        }
        event.setPhase(Phase.COMPLETED);
        event.setOutcome(outcome);
        event.setUnits(units);
        event.setProducer("cli");
        event.setAttributes(Map.of());
        return event;
    }
}
