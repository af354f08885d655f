package dev.tollgate.gate.http;

import dev.tollgate.gate.Call;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes the call of a request: who pays, who acts, what is called. Account, project and key come from what the
 * service's own authentication has established; a header that anybody can set is not an account.
 *
 * @param <R> the request
 */
@FunctionalInterface
public interface CallExtractor<R> {
    /** The call, or null for a request that is not limited, such as a health check. */
    @Nullable
    Call callOf(R request);

    /** Accounts and endpoints by these functions; a request for which one of them returns null is not limited. */
    static <R> CallExtractor<R> of(
            Function<? super R, ? extends @Nullable String> account,
            Function<? super R, ? extends @Nullable String> endpoint) {
        return of(account, request -> null, request -> null, endpoint);
    }

    /** As {@link #of(Function, Function)}, with project and API key. */
    static <R> CallExtractor<R> of(
            Function<? super R, ? extends @Nullable String> account,
            Function<? super R, ? extends @Nullable String> project,
            Function<? super R, ? extends @Nullable String> apiKey,
            Function<? super R, ? extends @Nullable String> endpoint) {
        return request -> {
            String accountId = account.apply(request);
            String called = endpoint.apply(request);
            return accountId == null || called == null
                    ? null
                    : Call.of(accountId, called)
                            .withProject(project.apply(request))
                            .withApiKey(apiKey.apply(request));
        };
    }
}
