package dev.tollgate.api.list;

import dev.tollgate.api.access.Viewer;
import dev.tollgate.http.token.AccessToken;
import dev.tollgate.http.token.Role;
import dev.tollgate.http.token.TokenHash;
import java.util.List;
import java.util.Optional;

/** Those who ask, in tests. */
final class TestingViewers {
    private TestingViewers() {}

    /** One whose token is for some accounts; for all if none is named. */
    static Viewer of(String... accounts) {
        return new Viewer(new AccessToken(
                "test", TokenHash.of(TokenHash.newToken()), Role.READER, List.of(accounts), Optional.empty()));
    }
}
