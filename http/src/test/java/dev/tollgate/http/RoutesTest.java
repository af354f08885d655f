package dev.tollgate.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoutesTest {
    private static final Endpoint READ = exchange -> Answer.of(200, "text/plain", new byte[0]);
    private static final Endpoint WRITE = exchange -> Answer.of(204, "text/plain", new byte[0]);

    private final Routes routes = new Routes()
            .get("/v1/usage", READ)
            .get("/v1/accounts", READ)
            .get("/v1/accounts/{account}", READ)
            .get("/v1/accounts/{account}/limits", READ)
            .get("/v1/accounts/{account}/events/{event}", READ)
            .add("PUT", "/v1/accounts/{account}", WRITE)
            .any("/v1/check/**", WRITE);

    @ParameterizedTest
    @CsvSource({
        "/v1/usage, /v1/usage",
        "/v1/accounts, /v1/accounts",
        "/v1/accounts/acme, /v1/accounts/{account}",
        "/v1/accounts/acme/limits, /v1/accounts/{account}/limits",
        "/v1/accounts/a/events/b, /v1/accounts/{account}/events/{event}",
        "/v1/check, /v1/check/**",
        "/v1/check/, /v1/check/**",
        "/v1/check/v2/mem-it, /v1/check/**"
    })
    void givenAPath_whenMatched_thenItLeadsToItsRoute(String path, String route) {
        Routes.Match match = Objects.requireNonNull(routes.match(path));

        assertThat(match.path()).isEqualTo(route);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/v1",
                "/v1/usage/",
                "/v1/usage/x",
                "/v1/Usage",
                "//v1/usage",
                "/v1/./usage",
                "/v1/%75sage",
                "/v1/usage;x=1",
                "/v1/accounts//limits",
                "/v1/accounts/a/limits/x",
                "/v1/accounts/%ff",
                "/v1/accounts/%zz",
                "/v1/checks"
            })
    void givenAnotherPath_whenMatched_thenNothingIsThere(String path) {
        assertThat(routes.match(path)).isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "/v1/accounts/team%2Fa/limits, team/a",
        "/v1/accounts/a+b/limits, a+b",
        "/v1/accounts/caf%C3%A9/limits, café",
        "/v1/accounts/100%25/limits, 100%",
        "/v1/accounts/%2525/limits, %25"
    })
    void givenASegmentInPercentEncoding_whenMatched_thenTheVariableIsDecodedOnce(String path, String account) {
        assertThat(Objects.requireNonNull(routes.match(path)).variables()).isEqualTo(Map.of("account", account));
    }

    @Test
    void givenTheRoot_whenMatched_thenItIsNothingButItself() {
        Routes rooted = new Routes().get("/", READ).get("/v1/usage", WRITE);

        assertThat(Objects.requireNonNull(rooted.match("/")).path()).isEqualTo("/");
        assertThat(Objects.requireNonNull(rooted.match("/v1/usage")).path()).isEqualTo("/v1/usage");
        assertThat(rooted.match("/v1")).isNull();
        assertThat(rooted.match("//")).isNull();
    }

    @Test
    void givenMethods_whenAsked_thenHeadIsGetAndAnyIsEveryMethod() {
        Routes.Match account = Objects.requireNonNull(routes.match("/v1/accounts/a"));
        Routes.Match check = Objects.requireNonNull(routes.match("/v1/check/a"));

        assertThat(account.endpoint("GET")).isSameAs(READ);
        assertThat(account.endpoint("HEAD")).isSameAs(READ);
        assertThat(account.endpoint("PUT")).isSameAs(WRITE);
        assertThat(account.endpoint("POST")).isNull();
        assertThat(account.allowed()).isEqualTo("GET, HEAD, PUT");
        assertThat(check.endpoint("PROPFIND")).isSameAs(WRITE);
        assertThat(routes.methods()).containsEntry("/v1/accounts/{account}", Set.of("GET", "PUT"));
        assertThatThrownBy(() -> routes.get("/v1/usage", READ)).hasMessageContaining("there already");
    }
}
