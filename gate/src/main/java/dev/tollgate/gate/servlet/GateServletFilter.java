package dev.tollgate.gate.servlet;

import dev.tollgate.gate.Call;
import dev.tollgate.gate.Gate;
import dev.tollgate.gate.Permit;
import dev.tollgate.gate.http.CallExtractor;
import dev.tollgate.gate.http.Outcomes;
import dev.tollgate.gate.http.Problem;
import dev.tollgate.schemas.avro.Outcome;
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
import org.jspecify.annotations.Nullable;

/**
 * The gate in front of servlets: answers denied calls itself, adds headers to every answer, and tells the gate how each
 * call ended, asynchronous ones too. Comes after authentication in the chain; register it with {@code asyncSupported}.
 * Where the publisher's filter comes before it, the gate learns where in the log each call is.
 */
public final class GateServletFilter implements Filter {
    private final Gate gate;
    private final CallExtractor<? super HttpServletRequest> calls;

    public GateServletFilter(Gate gate, CallExtractor<? super HttpServletRequest> calls) {
        this.gate = gate;
        this.calls = calls;
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request instanceof HttpServletRequest httpRequest && response instanceof HttpServletResponse httpResponse) {
            Call call = calls.callOf(httpRequest);
            if (call != null) {
                limit(httpRequest, httpResponse, chain, gate.begin(call));
                return;
            }
        }
        chain.doFilter(request, response);
    }

    private static void limit(
            HttpServletRequest request, HttpServletResponse response, FilterChain chain, Permit permit)
            throws IOException, ServletException {
        permit.decision().headers().forEach(response::setHeader);
        if (!permit.decision().allowed()) {
            byte[] body = Problem.of(permit.decision());
            response.setStatus(permit.decision().status());
            response.setContentType(Problem.CONTENT_TYPE);
            response.setContentLength(body.length);
            response.getOutputStream().write(body);
            return;
        }
        boolean returned = false;
        try {
            chain.doFilter(request, response);
            returned = true;
        } finally {
            if (returned && request.isAsyncStarted()) {
                request.getAsyncContext().addListener(new Ending(permit), request, response);
            } else {
                Outcomes.end(
                        permit,
                        returned ? Outcomes.ofStatus(response.getStatus()) : Outcome.SERVER_ERROR,
                        slotOf(request));
            }
        }
    }

    private static @Nullable DeliverySlot slotOf(ServletRequest request) {
        return request.getAttribute(DeliverySlot.ATTRIBUTE) instanceof DeliverySlot slot ? slot : null;
    }

    /** Ends the permit when the asynchronous request does. */
    private static final class Ending implements AsyncListener {
        private final Permit permit;

        Ending(Permit permit) {
            this.permit = permit;
        }

        @Override
        public void onComplete(AsyncEvent event) {
            end(
                    event,
                    event.getSuppliedResponse() instanceof HttpServletResponse response
                            ? Outcomes.ofStatus(response.getStatus())
                            : Outcome.SUCCESS);
        }

        @Override
        public void onTimeout(AsyncEvent event) {
            end(event, Outcome.SERVER_ERROR);
        }

        @Override
        public void onError(AsyncEvent event) {
            end(event, Outcome.SERVER_ERROR);
        }

        private void end(AsyncEvent event, Outcome outcome) {
            ServletRequest request = event.getSuppliedRequest();
            Outcomes.end(permit, outcome, request == null ? null : slotOf(request));
        }

        @Override
        public void onStartAsync(AsyncEvent event) {
            // A new cycle of the same request has no listeners but those that are added again.
            event.getAsyncContext().addListener(this, event.getSuppliedRequest(), event.getSuppliedResponse());
        }
    }
}
