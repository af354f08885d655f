package dev.tollgate.gate.http;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import dev.tollgate.gate.Call;
import dev.tollgate.gate.Gate;
import dev.tollgate.gate.Permit;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.event.DeliverySlot;
import java.io.IOException;

/**
 * The gate in front of a context of the JDK's {@code HttpServer}: answers denied calls itself, adds headers to every
 * answer, and tells the gate how each call ended. Comes after authentication in the chain. Where the publisher's filter
 * comes before it, the gate learns where in the log each call is.
 */
public final class GateHttpFilter extends Filter {
    private final Gate gate;
    private final CallExtractor<? super HttpExchange> calls;

    public GateHttpFilter(Gate gate, CallExtractor<? super HttpExchange> calls) {
        this.gate = gate;
        this.calls = calls;
    }

    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        Call call = calls.callOf(exchange);
        if (call == null) {
            chain.doFilter(exchange);
            return;
        }
        Permit permit = gate.begin(call);
        permit.decision().headers().forEach(exchange.getResponseHeaders()::set);
        if (!permit.decision().allowed()) {
            deny(exchange, permit);
            return;
        }
        DeliverySlot slot = DeliverySlot.ofThread();
        Outcome outcome = Outcome.SERVER_ERROR;
        try {
            chain.doFilter(exchange);
            outcome = Outcomes.ofStatus(exchange.getResponseCode());
        } finally {
            Outcomes.end(permit, outcome, slot);
        }
    }

    private static void deny(HttpExchange exchange, Permit permit) throws IOException {
        byte[] body = Problem.of(permit.decision());
        exchange.getResponseHeaders().set("Content-Type", Problem.CONTENT_TYPE);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(permit.decision().status(), head ? -1 : body.length);
        if (!head) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    @Override
    public String description() {
        return "Tollgate: denies calls over their limits";
    }
}
