package dev.tollgate.http.server;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Where a server listens and how long it waits.
 *
 * @param host name or address to listen on
 * @param port 0 takes a free one
 * @param tls null for plain HTTP
 * @param maxConnections open ones; more wait to be accepted
 * @param idleTimeout silence after which a connection is closed
 * @param requestTimeout within which request line and headers must be there, and then a body
 * @param drainTimeout for requests under way when it stops
 */
public record HttpServerConfig(
        String host,
        int port,
        @Nullable TlsConfig tls,
        int maxConnections,
        Duration idleTimeout,
        Duration requestTimeout,
        Duration drainTimeout) {}
