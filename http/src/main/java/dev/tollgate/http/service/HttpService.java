package dev.tollgate.http.service;

import dev.tollgate.http.server.HttpServer;
import dev.tollgate.http.token.AccessToken;
import dev.tollgate.http.token.Tokens;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A running HTTP server with what it needs for its answers: it has an address, is ready or not, takes other tokens
 * without a restart, and drains when it is closed. A subclass opens its parts in {@link #open} and adds what only it
 * can be asked. Thread-safe.
 */
public abstract class HttpService implements AutoCloseable {
    private final Logger log = LoggerFactory.getLogger(getClass());

    private final HttpServer server;
    private final Tokens tokens;
    private final OpenParts parts;
    private boolean closed;

    /**
     * Of a server that listens.
     *
     * @param server is closed before everything that is in {@code parts}
     * @param tokens by which the server lets clients in
     * @param parts what the server needs
     */
    protected HttpService(HttpServer server, Tokens tokens, OpenParts parts) {
        this.server = server;
        this.tokens = tokens;
        this.parts = parts;
        parts.add(server);
    }

    /** Opens a service part by part. */
    @FunctionalInterface
    protected interface Opening<S extends HttpService> {
        /**
         * Opens all parts and listens.
         *
         * @param parts gets each part as soon as it is open
         */
        S open(OpenParts parts) throws Exception;
    }

    /**
     * Opens a service, or closes whatever of it was open already.
     *
     * @param subject for the message: {@code the gateway}
     * @param failure makes the exception that is thrown if a part cannot be opened, of its message and cause
     */
    protected static <S extends HttpService> S open(
            String subject,
            HttpServiceConfig config,
            Opening<S> opening,
            BiFunction<String, Exception, ? extends RuntimeException> failure) {
        OpenParts parts = new OpenParts();
        try {
            S service = opening.open(parts);
            logStarted(service, config);
            return service;
        } catch (Exception e) {
            parts.close();
            throw failure.apply(
                    subject + " did not start on " + config.http().host() + ":"
                            + config.http().port() + ": " + e.getMessage(),
                    e);
        }
    }

    private static void logStarted(HttpService service, HttpServiceConfig config) {
        service.log.info(
                "{} started: address={} config={}",
                service.server.name(),
                service.address(),
                new TreeMap<>(config.effective()));
    }

    /** Base URL, without a slash at the end. */
    public final URI address() {
        return server.address();
    }

    /** Path to methods of everything that is served. */
    public final Map<String, Set<String>> routes() {
        return server.routes();
    }

    /**
     * From now on these are let in and no others, so that a token can be revoked without a restart. Requests whose
     * token was accepted before are answered.
     *
     * @param replacement at least one
     * @throws IllegalArgumentException if there are none, or the service was started for everyone: that is changed by a
     *     restart only
     */
    public final void replaceTokens(List<AccessToken> replacement) {
        tokens.replace(replacement);
        log.info(
                "tokens replaced: names={}",
                replacement.stream().map(AccessToken::name).toList());
    }

    /** What {@code /health/ready} says: it is not closing, and what it needs is there. */
    public final boolean isReady() {
        return server.isReady();
    }

    /** Whether it has stopped. */
    public final boolean isStopped() {
        return server.isStopped();
    }

    /** Waits until somebody closes it. */
    public final void awaitTermination() throws InterruptedException {
        server.awaitTermination();
    }

    /**
     * Stops accepting, answers the requests under way within the server's drain timeout, closes what they needed, and
     * stops. Closing twice does nothing; the second caller waits for the first.
     */
    @Override
    public final synchronized void close() {
        if (!closed) {
            closed = true;
            parts.close();
            log.info("{} stopped", server.name());
        }
    }
}
