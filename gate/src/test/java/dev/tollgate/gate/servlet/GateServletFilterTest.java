package dev.tollgate.gate.servlet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.gate.TestingGate;
import dev.tollgate.gate.TestingPlan;
import dev.tollgate.gate.TestingState;
import dev.tollgate.gate.http.CallExtractor;
import dev.tollgate.schemas.avro.WindowUnit;
import dev.tollgate.schemas.event.DeliveryListener;
import dev.tollgate.schemas.event.DeliverySlot;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayOutputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class GateServletFilterTest {
    private final TestingGate testing = new TestingGate();
    private final GateServletFilter filter =
            new GateServletFilter(testing.gate, CallExtractor.of(request -> "acme", HttpServletRequest::getRequestURI));
    private final Exchange exchange = new Exchange();

    /** The few methods of request and response that the filter uses; any other call fails the test. */
    private static final class Exchange {
        final Map<String, String> headers = new HashMap<>();
        final ByteArrayOutputStream body = new ByteArrayOutputStream();
        final List<AsyncListener> listeners = new ArrayList<>();
        int status = 200;
        boolean async;

        final HttpServletResponse response = proxy(HttpServletResponse.class, (self, method, args) -> {
            switch (method.getName()) {
                case "setHeader" -> headers.put((String) args[0], (String) args[1]);
                case "setContentType" -> headers.put("Content-Type", (String) args[0]);
                case "setContentLength" -> headers.put("Content-Length", args[0].toString());
                case "setStatus" -> status = (Integer) args[0];
                case "getStatus" -> {
                    return status;
                }
                case "getOutputStream" -> {
                    return new ServletOutputStream() {
                        @Override
                        public void write(int b) {
                            body.write(b);
                        }

                        @Override
                        public boolean isReady() {
                            return true;
                        }

                        @Override
                        public void setWriteListener(WriteListener listener) {
                            throw new UnsupportedOperationException();
                        }
                    };
                }
                default -> throw new UnsupportedOperationException(method.getName());
            }
            return null;
        });

        @Nullable
        DeliverySlot slot;

        final AsyncContext asyncContext = proxy(AsyncContext.class, (self, method, args) -> {
            if (!method.getName().equals("addListener")) {
                throw new UnsupportedOperationException(method.getName());
            }
            listeners.add((AsyncListener) args[0]);
            return null;
        });

        final HttpServletRequest request =
                proxy(HttpServletRequest.class, (self, method, args) -> switch (method.getName()) {
                    case "getRequestURI" -> "/v2/notes";
                    case "isAsyncStarted" -> async;
                    case "getAsyncContext" -> asyncContext;
                    case "getAttribute" -> DeliverySlot.ATTRIBUTE.equals(args[0]) ? slot : null;
                    default -> throw new UnsupportedOperationException(method.getName());
                });

        private static <T> T proxy(Class<T> type, InvocationHandler handler) {
            return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
        }
    }

    @BeforeEach
    void onTwoPerMinute() {
        testing.gate.apply(TestingPlan.perMinute(2));
        testing.gate.apply(TestingState.at(1, testing.now())
                .window("requests-per-minute", "requests", WindowUnit.MINUTE, 2L, 1)
                .build());
    }

    private void call(FilterChain chain) throws Exception {
        filter.doFilter(exchange.request, exchange.response, chain);
    }

    @Test
    void givenAPublisherThatTells_whenTheEventIsDropped_thenTheCallIsGivenBack() throws Exception {
        DeliverySlot slot = new DeliverySlot();
        exchange.slot = slot;
        call((request, response) -> {});
        assertThat(testing.gate.check("acme", "/v2/notes").allowed()).isFalse();

        DeliveryListener listener = slot.take();
        listener.dropped();
        listener.dropped();

        assertThat(testing.gate.check("acme", "/v2/notes").allowed()).isTrue();
        assertThat(testing.gate.check("acme", "/v2/notes").allowed()).isFalse();
    }

    @Test
    void givenOneLeft_whenCalledTwice_thenTheSecondIsDeniedAndReachesNobody() throws Exception {
        List<String> served = new ArrayList<>();

        call((request, response) -> served.add("first"));
        assertThat(exchange.headers).containsEntry("X-RateLimit-Remaining", "0");
        call((request, response) -> served.add("second"));

        assertThat(served).containsExactly("first");
        assertThat(exchange.status).isEqualTo(429);
        assertThat(exchange.headers)
                .containsEntry("Content-Type", "application/problem+json")
                .containsEntry("Content-Length", Integer.toString(exchange.body.size()))
                .containsEntry("Retry-After", "50");
        assertThat(exchange.body.toString(StandardCharsets.UTF_8)).contains("#quota-exceeded");
    }

    @Test
    void givenHandlerThatThrows_whenCalled_thenTheCallIsGivenBack() throws Exception {
        assertThatThrownBy(() -> call((request, response) -> {
                    throw new ServletException("broken");
                }))
                .isInstanceOf(ServletException.class);

        assertThat(testing.gate.check("acme", "/v2/notes").allowed()).isTrue();
    }

    @Test
    void givenAsynchronousCall_whenItCompletesWithAnError_thenItIsGivenBackOnlyThen() throws Exception {
        exchange.async = true;
        call((request, response) -> {});
        assertThat(testing.gate.check("acme", "/v2/notes").allowed()).isFalse();

        exchange.status = 500;
        for (AsyncListener listener : exchange.listeners) {
            listener.onComplete(new AsyncEvent(exchange.asyncContext, exchange.request, exchange.response));
        }

        assertThat(testing.gate.check("acme", "/v2/notes").allowed()).isTrue();
    }
}
