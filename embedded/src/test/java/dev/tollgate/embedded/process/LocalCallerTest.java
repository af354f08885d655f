package dev.tollgate.embedded.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.Headers;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LocalCallerTest {
    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:8123", "127.0.0.1", "localhost:1", "LOCALHOST"})
    void givenLocalHost_whenAProgramAsks_thenItIsLetIn(String host) {
        assertThat(LocalCaller.problem(headers("Host", host))).isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:8123",
                "127.0.0.1.evil.example",
                "localhost.evil.example:80",
                "127.0.0.1:80@evil.example",
                "127.0.0.1:80:80",
                "0.0.0.0:8123",
                "",
                "[::1]:8123"
            })
    void givenAnotherHost_whenAsked_thenItIsRejectedByName(String host) {
        assertThat(LocalCaller.problem(headers("Host", host))).startsWith("Host must be 127.0.0.1 or localhost, was");
    }

    @Test
    void givenNoHostOrTwo_whenAsked_thenItIsRejected() {
        Headers two = headers("Host", "127.0.0.1:1");
        two.add("Host", "127.0.0.1:1");

        assertThat(LocalCaller.problem(new Headers())).isNotNull();
        assertThat(LocalCaller.problem(two)).isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "Origin, http://evil.example",
        "Origin, null",
        "Origin, http://127.0.0.1:3000",
        "Origin, https://127.0.0.1:8123",
        "Sec-Fetch-Site, cross-site",
        "Sec-Fetch-Site, same-site"
    })
    void givenRequestOfAForeignPage_whenAsked_thenItIsRejected(String header, String value) {
        Headers headers = headers("Host", "127.0.0.1:8123");
        headers.add(header, value);

        assertThat(LocalCaller.problem(headers)).contains(header, value);
    }

    @ParameterizedTest
    @CsvSource({"Origin, http://127.0.0.1:8123", "Sec-Fetch-Site, same-origin", "Sec-Fetch-Site, none"})
    void givenRequestOfThePortItself_whenAsked_thenItIsLetIn(String header, String value) {
        Headers headers = headers("Host", "127.0.0.1:8123");
        headers.add(header, value);

        assertThat(LocalCaller.problem(headers)).isNull();
    }

    private static Headers headers(String name, String value) {
        Headers headers = new Headers();
        headers.add(name, value);
        return headers;
    }
}
