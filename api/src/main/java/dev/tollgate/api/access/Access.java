package dev.tollgate.api.access;

import dev.tollgate.http.Answer;
import dev.tollgate.http.CommonProblem;
import dev.tollgate.http.Endpoint;
import dev.tollgate.http.token.AccessToken;
import dev.tollgate.http.token.Role;
import dev.tollgate.http.token.Tokens;
import java.util.Optional;
import java.util.Set;

/** Lets those in whose token is for reading. */
public final class Access {
    private static final Set<Role> READERS = Set.of(Role.READER, Role.OPERATOR);

    private final Tokens tokens;

    public Access(Tokens tokens) {
        this.tokens = tokens;
    }

    /** An endpoint that answers them alone; others get 401, or 403 if their token is for something else. */
    public Endpoint readers(ViewerEndpoint endpoint) {
        return exchange -> {
            Optional<AccessToken> token = tokens.of(exchange.headers());
            if (token.isEmpty()) {
                return Answer.problem(
                        CommonProblem.UNAUTHORIZED, "send a valid token in the header: Authorization: Bearer TOKEN");
            }
            if (!READERS.contains(token.get().role())) {
                return Answer.problem(
                        CommonProblem.ROLE_NOT_ALLOWED, "the role of the token must be reader or operator");
            }
            return endpoint.answer(exchange, new Viewer(token.get()));
        };
    }
}
