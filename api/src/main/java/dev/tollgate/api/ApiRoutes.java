package dev.tollgate.api;

import dev.tollgate.api.access.Access;
import dev.tollgate.api.access.ViewerEndpoint;
import dev.tollgate.api.query.Database;
import dev.tollgate.api.usage.UsageEndpoint;
import dev.tollgate.http.ApiDocument;
import dev.tollgate.http.Routes;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the API serves, and the parameters of each path, as its document must list them. */
final class ApiRoutes {
    private final Access access;
    private final Routes routes = new Routes();
    private final Map<String, List<String>> parameters = new LinkedHashMap<>();

    ApiRoutes(ApiConfig config, Access access, Database database, InstantSource clock) {
        this.access = access;
        get(
                "/v1/usage",
                UsageEndpoint.PARAMETERS,
                new UsageEndpoint(database, clock, config.queryTimeout(), config.exportTimeout()));
        ApiDocument.load(ApiRoutes.class, "openapi.yaml").addTo(routes);
    }

    private void get(String path, List<String> known, ViewerEndpoint endpoint) {
        parameters.put(path, known);
        routes.get(path, access.readers(endpoint));
    }

    Routes routes() {
        return routes;
    }

    /** Parameters of the query by path. */
    Map<String, List<String>> parameters() {
        return parameters;
    }
}
