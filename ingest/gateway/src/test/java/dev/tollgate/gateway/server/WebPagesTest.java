package dev.tollgate.gateway.server;

import static org.assertj.core.api.Assertions.assertThat;

import org.eclipse.jetty.http.HttpFields;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WebPagesTest {
    @Test
    void givenAProgram_whenItAsks_thenItIsLetIn() {
        assertThat(WebPages.problem(HttpFields.build().add("Host", "gateway:8480"), "127.0.0.1"))
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
        "0.0.0.0, gateway:8480, Origin, http://evil.example"
    })
    void givenAForeignPage_whenItAsks_thenItIsRejected(String listens, String host, String header, String value) {
        assertThat(WebPages.problem(HttpFields.build().add("Host", host).add(header, value), listens))
                .isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "127.0.0.1, 127.0.0.1:8480, Origin, http://127.0.0.1:8480",
        "127.0.0.1, localhost:8480, Sec-Fetch-Site, same-origin",
        "::1, [::1]:8480, Origin, http://[::1]:8480",
        "0.0.0.0, gateway, Origin, https://gateway"
    })
    void givenAPageOfTheGatewaysOwnAddress_whenItAsks_thenItIsLetIn(
            String listens, String host, String header, String value) {
        assertThat(WebPages.problem(HttpFields.build().add("Host", host).add(header, value), listens))
                .isNull();
    }
}
