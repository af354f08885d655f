package dev.tollgate.publisher;

import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Phase;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.event.DeliveryListener;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call of one account, in a line. Account and endpoint are all that is needed; the publisher fills id and time, and
 * the outcome is {@code SUCCESS} unless said otherwise.
 *
 * <pre>{@code
 * publisher.publish(UsageCall.of("acme", "/v2/mem-it").project("p-7").units(12).took(elapsed));
 * }</pre>
 *
 * <p>Bounds are those of the contract and are checked by {@code publish}. Not thread-safe; not to be reused after
 * publishing with {@link #eventId}, as an id stands for one call.
 */
public final class UsageCall {
    private final RequestEvent event = new RequestEvent();
    private @Nullable Map<String, String> attributes;
    private DeliveryListener delivery = DeliveryListener.NONE;

    private UsageCall(String accountId, String endpoint) {
        event.setAccountId(accountId);
        event.setEndpoint(endpoint);
    }

    /**
     * A call that succeeded.
     *
     * @param accountId who pays; 1 to 128 characters
     * @param endpoint as the plan's cost table names it, without ids or query; 1 to 512 characters
     */
    public static UsageCall of(String accountId, String endpoint) {
        return new UsageCall(accountId, endpoint);
    }

    /** An id of the service's own, unique per account, at most 128 characters; the same id is counted once. */
    public UsageCall eventId(String id) {
        event.setEventId(id);
        return this;
    }

    /** When it happened (for {@code COMPLETED}: when it ended); the moment of publishing if not said. */
    public UsageCall occurredAt(Instant time) {
        event.setOccurredAt(time);
        return this;
    }

    public UsageCall project(@Nullable String projectId) {
        event.setProjectId(projectId);
        return this;
    }

    /** The id of the key, never the secret. */
    public UsageCall apiKey(@Nullable String apiKeyId) {
        event.setApiKeyId(apiKeyId);
        return this;
    }

    public UsageCall outcome(Outcome outcome) {
        event.setOutcome(outcome);
        return this;
    }

    /** {@code STARTED} when a call begins, for concurrency limits; {@code COMPLETED} is the default. */
    public UsageCall phase(Phase phase) {
        event.setPhase(phase);
        return this;
    }

    /** Size in the meter's units, for example chunks of a batch import; {@code >= 0}. */
    public UsageCall units(long units) {
        event.setUnits(units);
        return this;
    }

    /** Input size in tokens, for per-call caps; {@code >= 0}. */
    public UsageCall inputTokens(long tokens) {
        event.setInputTokens(tokens);
        return this;
    }

    /** Number of results, for per-call caps; {@code >= 0}. */
    public UsageCall outputItems(long items) {
        event.setOutputItems(items);
        return this;
    }

    /** How long it took; kept in whole milliseconds. */
    public UsageCall took(Duration duration) {
        event.setDurationMs(duration.toMillis());
        return this;
    }

    /** A small label for reports; at most 16 of 64 + 256 characters. Never personal data or secrets. */
    public UsageCall attribute(String name, String value) {
        if (attributes == null) {
            attributes = new HashMap<>();
            event.setAttributes(attributes);
        }
        attributes.put(name, value);
        return this;
    }

    /** Who wants to know where the event is in the log, such as the gate that has let the call through. */
    public UsageCall onDelivery(DeliveryListener listener) {
        delivery = listener;
        return this;
    }

    RequestEvent event() {
        return event;
    }

    DeliveryListener delivery() {
        return delivery;
    }
}
