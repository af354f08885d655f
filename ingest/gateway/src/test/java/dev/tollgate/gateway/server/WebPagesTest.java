package dev.tollgate.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.eclipse.jetty.http.HttpFields;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebPagesTest {
    private static final List<String> NAMED = List.of("https://app.example.org");

    @Test
    void givenAProgram_whenItAsks_thenItIsLetIn() {
        assertThat(WebPages.problem(HttpFields.build().add("Host", "gateway:8480"), "127.0.0.1", List.of()))
                .isNull();
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1:8480, Origin, http://evil.example",
        "127.0.0.1, 127.0.0.1:8480, Origin, http://127.0.0.1:3000",
        "127.0.0.1, 127.0.0.1:8480, Origin, null",
        "127.0.0.1, 127.0.0.1:8480, Sec-Fetch-Site, cross-site",
        "127.0.0.1, 127.0.0.1:8480, Sec-Fetch-Site, same-site",
        "127.0.0.1, evil.example:8480, Origin, http://evil.example:8480",
        "127.0.0.1, evil.example:8480, Sec-Fetch-Site, same-origin",
        "0.0.0.0, gateway:8480, Origin, http://evil.example",
        "127.0.0.1, evil.example:8480, Origin, https://app.example.org",
        "0.0.0.0, gateway:8480, Origin, https://app.example.org.evil.example"
    })
    void givenAForeignPage_whenItAsks_thenItIsRejected(String listens, String host, String header, String value) {
        assertThat(WebPages.problem(HttpFields.build().add("Host", host).add(header, value), listens, NAMED))
                .isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1:8480, Origin, http://127.0.0.1:8480",
        "127.0.0.1, localhost:8480, Sec-Fetch-Site, same-origin",
        "::1, [::1]:8480, Origin, http://[::1]:8480",
        "0.0.0.0, gateway, Origin, https://gateway",
        "127.0.0.1, 127.0.0.1:8480, Origin, https://app.example.org"
    })
    void givenAPageOfTheGatewaysOwnAddressOrOfANamedOrigin_whenItAsks_thenItIsLetIn(
            String listens, String host, String header, String value) {
        assertThat(WebPages.problem(HttpFields.build().add("Host", host).add(header, value), listens, NAMED))
                .isNull();
    }
}
