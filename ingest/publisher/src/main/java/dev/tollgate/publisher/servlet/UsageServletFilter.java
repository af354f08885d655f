package dev.tollgate.publisher.servlet;

import dev.tollgate.publisher.http.HttpCall;
import dev.tollgate.publisher.http.HttpUsage;
import dev.tollgate.schemas.event.DeliverySlot;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Publishes one event per request, after it was served: for asynchronous requests when they complete, for requests
 * whose handling throws as {@code SERVER_ERROR}. Forwards, includes and error pages belong to the request that led to
 * them.
 *
 * <p>To be put before everything else that may answer, such as authentication, so that rejected requests are seen too;
 * what the service attaches to the request meanwhile is there when the event is made. Asynchronous requests need the
 * filter to be registered with {@code asyncSupported}. A gate's filter behind it learns where in the log each call is.
 */
public final class UsageServletFilter implements Filter {
    private static final String SEEN = UsageServletFilter.class.getName();
    private static final int NO_ANSWER = 0;

    private final HttpUsage usage;

    public UsageServletFilter(HttpUsage usage) {
        this.usage = usage;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (!(request instanceof HttpServletRequest http)
                || !(response instanceof HttpServletResponse answer)
                || request.getAttribute(SEEN) != null) {
            chain.doFilter(request, response);
            return;
        }
        request.setAttribute(SEEN, true);
        DeliverySlot slot = new DeliverySlot();
        request.setAttribute(DeliverySlot.ATTRIBUTE, slot);
        Served served = new Served(usage, http, answer, slot);
        boolean returned = false;
        try {
            chain.doFilter(request, response);
            returned = true;
        } finally {
            if (!returned) {
                // The container makes it a 500 only after this.
                served.end(NO_ANSWER);
            } else if (request.isAsyncStarted()) {
                served.endWithAsync();
            } else {
                served.end(answer.getStatus());
            }
        }
    }

    /** One request, ended once. */
    private static final class Served implements AsyncListener, HttpCall {
        private final HttpUsage usage;
        private final HttpServletRequest request;
        private final HttpServletResponse response;
        private final DeliverySlot slot;
        private final String method;
        private final String path;
        private final long startNanos = System.nanoTime();
        private final AtomicBoolean ended = new AtomicBoolean();

        Served(HttpUsage usage, HttpServletRequest request, HttpServletResponse response, DeliverySlot slot) {
            this.usage = usage;
            this.slot = slot;
            this.request = request;
            this.response = response;
            // A forward shows the path that it leads to.
            this.method = request.getMethod();
            this.path = request.getRequestURI();
        }

        void endWithAsync() {
            try {
                request.getAsyncContext().addListener(this);
            } catch (IllegalStateException e) {
                // It was completed in this very moment.
                end(response.getStatus());
            }
        }

        void end(int status) {
            if (ended.compareAndSet(false, true)) {
                usage.record(this, status, Duration.ofNanos(System.nanoTime() - startNanos), slot.take());
            }
        }

        @Override
        public void onComplete(AsyncEvent event) {
            end(response.getStatus());
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            // What is answered is up to the service or the container; onComplete follows.
        }

        @Override
        public void onError(AsyncEvent event) {
            end(NO_ANSWER);
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            // A new cycle forgets its listeners.
            event.getAsyncContext().addListener(this);
        }

        @Override
        public String method() {
            return method;
        }

        @Override
        public String path() {
            return path;
        }

        @Override
        public @Nullable String header(String name) {
            return request.getHeader(name);
        }

        @Override
        public @Nullable Object attribute(String name) {
            return request.getAttribute(name);
        }

        @Override
        public @Nullable String userName() {
            return request.getRemoteUser();
        }
    }
}
