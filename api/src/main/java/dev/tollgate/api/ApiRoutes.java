package dev.tollgate.api;

import dev.tollgate.api.access.Access;
import dev.tollgate.api.access.ViewerEndpoint;
import dev.tollgate.api.account.Accounts;
import dev.tollgate.api.account.LiveLimits;
import dev.tollgate.api.account.QuoteEndpoint;
import dev.tollgate.api.event.Events;
import dev.tollgate.api.limit.LimitEvents;
import dev.tollgate.api.limit.Timeline;
import dev.tollgate.api.list.ItemEndpoint;
import dev.tollgate.api.list.ListEndpoint;
import dev.tollgate.api.list.Listing;
import dev.tollgate.api.list.LiveSource;
import dev.tollgate.api.live.LimitRows;
import dev.tollgate.api.live.LimitStates;
import dev.tollgate.api.operate.DeadLetters;
import dev.tollgate.api.operate.TableFreshness;
import dev.tollgate.api.plan.Plans;
import dev.tollgate.api.problem.ApiProblem;
import dev.tollgate.api.query.Database;
import dev.tollgate.api.usage.UsageEndpoint;
import dev.tollgate.http.ApiDocument;
import dev.tollgate.http.ProblemType;
import dev.tollgate.http.Routes;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the API serves, and the parameters of each path, as its document must list them. */
final class ApiRoutes {
    private final Access access;
    private final Routes routes = new Routes();
    private final Map<String, List<String>> parameters = new LinkedHashMap<>();

    /** @param states limits that are kept in memory; null if none are */
    ApiRoutes(Access access, Database database, InstantSource clock, @Nullable LimitStates states) {
        this.access = access;
        LiveSource limits = states == null ? LiveSource.NONE : new LimitRows(states);
        get("/v1/usage", UsageEndpoint.PARAMETERS, new UsageEndpoint(database, clock));
        Listing limitEvents = LimitEvents.LISTING;
        list("/v1/limit-events", ListEndpoint.ofAll(database, clock, limitEvents));
        item("/v1/limit-events/{id}", database, limitEvents, "limit_event_id", ApiProblem.UNKNOWN_EVENT);
        list("/v1/accounts/{account}/timeline", ListEndpoint.ofAccount(database, clock, Timeline.LISTING));
        list("/v1/accounts", ListEndpoint.ofAll(database, clock, Accounts.LISTING));
        list("/v1/accounts/{account}/limits", ListEndpoint.ofLiveAccount(database, clock, LiveLimits.LISTING, limits));
        get("/v1/accounts/{account}/quote", QuoteEndpoint.PARAMETERS, new QuoteEndpoint(clock, states));
        list("/v1/events", ListEndpoint.ofAll(database, clock, Events.LISTING));
        list("/v1/plans", ListEndpoint.ofAll(database, clock, Plans.LISTING));
        list("/v1/dead-letters", ListEndpoint.ofAll(database, clock, DeadLetters.LISTING));
        list("/v1/freshness", ListEndpoint.ofAll(database, clock, TableFreshness.LISTING));
        ApiDocument.load(ApiRoutes.class, "openapi.yaml").addTo(routes);
    }

    private void list(String path, ListEndpoint endpoint) {
        get(path, endpoint.parameters(), endpoint);
    }

    private void item(String path, Database database, Listing listing, String idColumn, ProblemType unknown) {
        ItemEndpoint endpoint = new ItemEndpoint(database, listing, idColumn, unknown);
        get(path, endpoint.parameters(), endpoint);
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
