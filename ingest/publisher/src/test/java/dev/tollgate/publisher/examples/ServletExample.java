package dev.tollgate.publisher.examples;

import dev.tollgate.publisher.RequestEventPublisher;
import dev.tollgate.publisher.http.EndpointNames;
import dev.tollgate.publisher.http.HttpCall;
import dev.tollgate.publisher.http.HttpUsage;
import dev.tollgate.publisher.servlet.UsageServletFilter;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.EnumSet;
import org.eclipse.jetty.ee11.servlet.FilterHolder;
import org.eclipse.jetty.ee11.servlet.ServletContextHandler;
import org.eclipse.jetty.ee11.servlet.ServletHolder;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.jspecify.annotations.Nullable;

/** A servlet service that authenticates its callers and publishes an event per request. */
public final class ServletExample {
    private static final String ACCOUNT = "example.account";
    private static final String CHUNKS = "example.chunks";

    private ServletExample() {}

    /** Starts it on a free loopback port. */
    public static Server start(RequestEventPublisher publisher) throws Exception {
        HttpUsage usage = HttpUsage.of(publisher, call -> text(call, ACCOUNT))
                .endpoint(EndpointNames.templates("/v2/mem-it", "/v1/mems/{id}", "/v1/slow", "/v1/broken"))
                .details((call, event) -> {
                    if (call.attribute(CHUNKS) instanceof Integer chunks) {
                        event.units(chunks);
                    }
                })
                .build();

        ServletContextHandler context = new ServletContextHandler("/");
        FilterHolder counted = new FilterHolder(new UsageServletFilter(usage));
        counted.setAsyncSupported(true);
        context.addFilter(counted, "/*", EnumSet.of(DispatcherType.REQUEST));
        FilterHolder authenticated = new FilterHolder(new Authentication());
        authenticated.setAsyncSupported(true);
        context.addFilter(authenticated, "/*", EnumSet.of(DispatcherType.REQUEST));
        ServletHolder api = new ServletHolder(new Api());
        api.setAsyncSupported(true);
        context.addServlet(api, "/*");

        Server server = new Server();
        ServerConnector connector = new ServerConnector(server);
        connector.setHost("127.0.0.1");
        server.addConnector(connector);
        server.setHandler(context);
        server.start();
        return server;
    }

    private static @Nullable String text(HttpCall call, String attribute) {
        return call.attribute(attribute) instanceof String text ? text : null;
    }

    /** Tells who calls; a real service would check a token. */
    private static final class Authentication extends HttpFilter {
        @Override
        protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
                throws IOException, ServletException {
            String account = request.getHeader("X-Account-Id");
            if (account == null) {
                response.sendError(HttpServletResponse.SC_UNAUTHORIZED);
                return;
            }
            request.setAttribute(ACCOUNT, account);
            if (request.getHeader("X-Suspended") != null) {
                response.sendError(HttpServletResponse.SC_FORBIDDEN);
                return;
            }
            chain.doFilter(request, response);
        }
    }

    private static final class Api extends HttpServlet {
        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            switch (request.getRequestURI()) {
                case "/v1/slow" -> {
                    AsyncContext later = request.startAsync();
                    later.start(() -> {
                        response.setStatus(503);
                        later.complete();
                    });
                }
                case "/v1/broken" -> throw new IllegalStateException("broken on purpose");
                default -> {
                    request.setAttribute(CHUNKS, 3);
                    response.getWriter().write("{}");
                }
            }
        }
    }
}
