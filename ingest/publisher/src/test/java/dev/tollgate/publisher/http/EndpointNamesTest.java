package dev.tollgate.publisher.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EndpointNamesTest {
    @ParameterizedTest
    @CsvSource({
        "/v1/mems/17, /v1/mems/{id}",
        "/v2/mem-it, /v2/mem-it",
        "/, /",
        "'', /",
        "/a//b/, /a/b",
        "/mems/0190f3c2-7a7b-7c3e-9d2a-0123456789ab/tags, /mems/{id}/tags",
        "/mems/01ARZ3NDEKTSV4RRFFQ69G5FAV, /mems/{id}",
        "/objects/9f86d081884c7d659a2feaa0c55ad015, /objects/{id}",
        "/a-rather-long-word-without-digits, /a-rather-long-word-without-digits",
        "/mems;jsessionid=1234/17;v=2, /mems/{id}",
        "/files/report-2026.pdf, /files/report-2026.pdf"
    })
    void givenAPath_whenNamed_thenWhatLooksLikeAnIdIsReplaced(String path, String name) {
        assertThat(EndpointNames.path().apply(call("GET", path))).isEqualTo(name);
        assertThat(EndpointNames.methodAndPath().apply(call("PUT", path))).isEqualTo("PUT " + name);
    }

    @Test
    void givenTemplates_whenNamed_thenTheFirstMatchWinsAndTheRestIsOneName() {
        Function<HttpCall, String> names = EndpointNames.templates("/v1/mems/search", "/v1/mems/{id}");

        assertThat(names.apply(call("GET", "/v1/mems/search"))).isEqualTo("/v1/mems/search");
        assertThat(names.apply(call("GET", "/v1/mems/any-text"))).isEqualTo("/v1/mems/{id}");
        assertThat(names.apply(call("GET", "/v1/mems/17/"))).isEqualTo("/v1/mems/{id}");
        assertThat(names.apply(call("GET", "/v1/mems"))).isEqualTo(EndpointNames.UNMATCHED);
        assertThat(names.apply(call("GET", "/v1/mems/17/tags"))).isEqualTo(EndpointNames.UNMATCHED);
    }

    @Test
    void givenAPathLongerThanAnEndpointMayBe_whenNamed_thenItIsCut() {
        assertThat(EndpointNames.path().apply(call("GET", "/x".repeat(5_000)))).hasSize(512);
        assertThat(EndpointNames.methodAndPath().apply(call("GET", "/x".repeat(5_000))))
                .hasSize(512);
    }

    private static HttpCall call(String method, String path) {
        return new TestingCall(method, path);
    }

    private record TestingCall(String method, String path) implements HttpCall {
        @Override
        public @Nullable String header(String name) {
            return null;
        }

        @Override
        public @Nullable Object attribute(String name) {
            return null;
        }

        @Override
        public @Nullable String userName() {
            return null;
        }
    }
}
