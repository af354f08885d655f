package dev.tollgate.gateserver.check;

import dev.tollgate.gate.Call;
import dev.tollgate.gate.Policy;
import dev.tollgate.gateserver.account.Caller;
import dev.tollgate.gateserver.account.CallerSource;
import dev.tollgate.gateserver.request.CheckProblem;
import dev.tollgate.gateserver.request.CheckProblems;
import dev.tollgate.gateserver.request.CheckRequest;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads requests of proxies. Thread-safe. */
public final class CheckReader {
    private static final String REQUEST_ID = "X-Request-Id";

    private final CallerSource callers;
    private final EndpointReader endpoints;
    private final CheckOptions defaults;
    private final Policy noAccount;

    /**
     * @param templates names of endpoints; empty if the path itself is the name
     * @param defaults what holds where a request says nothing
     * @param noAccount what becomes of requests that name nobody
     */
    public CheckReader(CallerSource callers, List<String> templates, CheckOptions defaults, Policy noAccount) {
        this.callers = callers;
        this.endpoints = new EndpointReader(templates);
        this.defaults = defaults;
        this.noAccount = noAccount;
    }

    /**
     * What a request asks. A query behind a path below {@code /v1/check} belongs to the call, so its sender cannot
     * choose options with it.
     */
    public ReadCheck read(CheckRequest request) {
        CheckProblems problems = new CheckProblems();
        CheckOptions options = request.path().isEmpty() ? defaults.changedBy(request.query(), problems) : defaults;
        Caller caller = callers.callerOf(request, problems);
        String endpoint = endpoints.read(request, problems);
        String requestId = options.record() ? request.id(REQUEST_ID, problems) : null;
        if (!problems.isEmpty()) {
            return new ReadCheck.Invalid(problems.found());
        }
        return switch (caller) {
            case Caller.Known known -> valid(known, endpoint, options, requestId);
            case Caller.Unauthenticated wrong -> new ReadCheck.Unauthenticated(wrong.detail());
            case Caller.Unnamed unnamed -> unnamed(unnamed);
        };
    }

    private static ReadCheck valid(
            Caller.Known known, @Nullable String endpoint, CheckOptions options, @Nullable String requestId) {
        if (endpoint == null) {
            throw new IllegalStateException("neither an endpoint nor a problem");
        }
        Call call = Call.of(known.accountId(), endpoint)
                .withProject(known.projectId())
                .withApiKey(known.apiKeyId());
        return new ReadCheck.Valid(call, options, requestId);
    }

    private ReadCheck unnamed(Caller.Unnamed unnamed) {
        if (noAccount == Policy.OPEN) {
            return new ReadCheck.Unlimited();
        }
        if (callers.isCredential()) {
            return new ReadCheck.Unauthenticated(unnamed.header() + " is missing");
        }
        return new ReadCheck.Invalid(List.of(new CheckProblem(
                "header",
                unnamed.header(),
                "is missing: let the proxy set it to the account, or set gate-server.no-account=open")));
    }
}
