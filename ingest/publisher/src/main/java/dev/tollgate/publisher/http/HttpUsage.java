package dev.tollgate.publisher.http;

import dev.tollgate.planmodel.input.InputText;
import dev.tollgate.publisher.RequestEventPublisher;
import dev.tollgate.publisher.UsageCall;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.event.DeliveryListener;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Publishes one event per served request. The filters call {@link #record}; a service says how to read its requests:
 *
 * <pre>{@code
 * HttpUsage usage = HttpUsage.of(publisher, call -> call.header("X-Account-Id"))
 *         .project(call -> call.header("X-Project-Id"))
 *         .endpoint(EndpointNames.templates("/v2/mem-it", "/v1/mems/{id}"))
 *         .unless(call -> call.path().startsWith("/health"))
 *         .build();
 * }</pre>
 *
 * <p>The outcome follows the status: 401 and 403 are {@code AUTH_FAILED}, 429 is {@code LIMITED}, other 4xx are
 * {@code INVALID}, 5xx and requests without an answer are {@code SERVER_ERROR}, all else is {@code SUCCESS}.
 *
 * <p>A request for which no account is known is not published, as nobody could be charged; it is counted by
 * {@link #unattributed()}. Functions that throw cost the event, never the request: it is rejected as
 * {@link dev.tollgate.publisher.EventRejectionReason#MALFORMED}. Thread-safe, if the functions are.
 */
public final class HttpUsage {
    private static final int UNAUTHORIZED = 401;
    private static final int FORBIDDEN = 403;
    private static final int TOO_MANY_REQUESTS = 429;

    private final RequestEventPublisher publisher;
    private final Function<HttpCall, @Nullable String> account;
    private final Function<HttpCall, @Nullable String> project;
    private final Function<HttpCall, @Nullable String> apiKey;
    private final Function<HttpCall, String> endpoint;
    private final Predicate<HttpCall> unless;
    private final BiConsumer<HttpCall, UsageCall> details;
    private final LongAdder unattributed = new LongAdder();

    private HttpUsage(Builder builder) {
        this.publisher = builder.publisher;
        this.account = builder.account;
        this.project = builder.project;
        this.apiKey = builder.apiKey;
        this.endpoint = builder.endpoint;
        this.unless = builder.unless;
        this.details = builder.details;
    }

    /**
     * Begins with what every event needs.
     *
     * @param account who pays for a request; null where that is unknown, such as before authentication
     */
    public static Builder of(RequestEventPublisher publisher, Function<HttpCall, @Nullable String> account) {
        return new Builder(publisher, account);
    }

    /**
     * Publishes a request that has been served. Never throws.
     *
     * @param status of the answer; below 100 if there was none
     * @param took from the first to the last byte, as far as the server knows
     */
    public void record(HttpCall call, int status, Duration took) {
        record(call, status, took, DeliveryListener.NONE);
    }

    /** As {@link #record(HttpCall, int, Duration)}; the listener is told what becomes of the event. */
    public void record(HttpCall call, int status, Duration took, DeliveryListener delivery) {
        boolean given = false;
        try {
            if (unless.test(call)) {
                return;
            }
            String accountId = account.apply(call);
            if (accountId == null || InputText.isInvisible(accountId)) {
                unattributed.increment();
                return;
            }
            UsageCall usage = UsageCall.of(accountId, endpoint.apply(call))
                    .project(project.apply(call))
                    .apiKey(apiKey.apply(call))
                    .outcome(outcome(status))
                    .took(took);
            details.accept(call, usage);
            if (delivery != DeliveryListener.NONE) {
                usage.onDelivery(delivery);
            }
            given = true;
            publisher.publish(usage);
        } catch (RuntimeException e) {
            publisher.reject("request cannot be made an event: " + e);
        } finally {
            if (!given) {
                delivery.dropped();
            }
        }
    }

    /** The outcome that a status stands for. */
    public static Outcome outcome(int status) {
        if (status == UNAUTHORIZED || status == FORBIDDEN) {
            return Outcome.AUTH_FAILED;
        }
        if (status == TOO_MANY_REQUESTS) {
            return Outcome.LIMITED;
        }
        if (status >= 400 && status < 500) {
            return Outcome.INVALID;
        }
        return status >= 500 || status < 100 ? Outcome.SERVER_ERROR : Outcome.SUCCESS;
    }

    /** Requests so far that were not published because their account was unknown. */
    public long unattributed() {
        return unattributed.sum();
    }

    /** What of a request becomes what of an event. */
    public static final class Builder {
        private final RequestEventPublisher publisher;
        private final Function<HttpCall, @Nullable String> account;
        private Function<HttpCall, @Nullable String> project = call -> null;
        private Function<HttpCall, @Nullable String> apiKey = call -> null;
        private Function<HttpCall, String> endpoint = EndpointNames.path();
        private Predicate<HttpCall> unless = call -> false;
        private BiConsumer<HttpCall, UsageCall> details = (call, usage) -> {};

        private Builder(RequestEventPublisher publisher, Function<HttpCall, @Nullable String> account) {
            this.publisher = publisher;
            this.account = account;
        }

        /** The project that acted, or null; none if not said. */
        public Builder project(Function<HttpCall, @Nullable String> function) {
            project = function;
            return this;
        }

        /** The id of the API key used (never the secret), or null; none if not said. */
        public Builder apiKey(Function<HttpCall, @Nullable String> function) {
            apiKey = function;
            return this;
        }

        /** How the endpoint is named; {@link EndpointNames#path()} if not said. */
        public Builder endpoint(Function<HttpCall, String> function) {
            endpoint = function;
            return this;
        }

        /** Requests that are nobody's usage, such as health checks. */
        public Builder unless(Predicate<HttpCall> predicate) {
            unless = predicate;
            return this;
        }

        /** Adds what only the service knows, such as units or tokens, to each event. */
        public Builder details(BiConsumer<HttpCall, UsageCall> function) {
            details = function;
            return this;
        }

        public HttpUsage build() {
            return new HttpUsage(this);
        }
    }
}
