package dev.tollgate.http.service;

import dev.tollgate.http.server.HttpServerConfig;
import dev.tollgate.http.token.AccessToken;
import dev.tollgate.schemas.metrics.MetricsConfig;
import java.util.List;
import java.util.Map;

/** What the configuration of every {@link HttpService} says. */
public interface HttpServiceConfig {
    /** Where it listens. */
    HttpServerConfig http();

    /** Who is let in; empty if everyone is. */
    List<AccessToken> tokens();

    /** Where its process shows its metrics. */
    MetricsConfig metrics();

    /** What was read, defaults included, secrets masked. */
    Map<String, String> effective();
}
