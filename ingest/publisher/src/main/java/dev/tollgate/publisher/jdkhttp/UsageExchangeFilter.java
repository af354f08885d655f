package dev.tollgate.publisher.jdkhttp;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import dev.tollgate.publisher.http.HttpCall;
import dev.tollgate.publisher.http.HttpUsage;
import dev.tollgate.schemas.event.DeliverySlot;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Publishes one event per exchange, after its handler has returned or thrown. To be put first:
 * {@code context.getFilters().add(0, filter)}. A gate's filter behind it learns where in the log each call is.
 *
 * <p>For handlers that answer before they return, which is the usual way; an exchange that has no answer by then is
 * published as {@code SERVER_ERROR}. Attributes of an exchange are, in the JDK's server, attributes of its context,
 * which all requests share: take the account from the principal or from a header.
 */
public final class UsageExchangeFilter extends Filter {
    private final HttpUsage usage;

    public UsageExchangeFilter(HttpUsage usage) {
        this.usage = usage;
    }

    @Override
    public String description() {
        return "publishes a usage event per request";
    }

    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        long startNanos = System.nanoTime();
        DeliverySlot slot = DeliverySlot.openOnThread();
        try {
            chain.doFilter(exchange);
        } finally {
            DeliverySlot.closeOnThread();
            usage.record(
                    new Exchange(exchange),
                    exchange.getResponseCode(),
                    Duration.ofNanos(System.nanoTime() - startNanos),
                    slot.take());
        }
    }

    private record Exchange(HttpExchange exchange) implements HttpCall {
        @Override
        public String method() {
            return exchange.getRequestMethod();
        }

        @Override
        public String path() {
            String path = exchange.getRequestURI().getRawPath();
            return path == null ? "" : path;
        }

        @Override
        public @Nullable String header(String name) {
            return exchange.getRequestHeaders().getFirst(name);
        }

        @Override
        public @Nullable Object attribute(String name) {
            return exchange.getAttribute(name);
        }

        @Override
        public @Nullable String userName() {
            HttpPrincipal principal = exchange.getPrincipal();
            return principal == null ? null : principal.getUsername();
        }
    }
}
