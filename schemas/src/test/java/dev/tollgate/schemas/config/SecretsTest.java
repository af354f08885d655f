package dev.tollgate.schemas.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecretsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "http://bob:s3cret@db:8123/x | http://bob:****@db:8123/x",
                "http://bob:s3/c@ret@db | http://bob:****@db",
                "http://b/o:s3cret@db | http://b/o:****@db",
                "http://s3cret@db/x | http://****@db/x",
                "https://a:s3cret@one,https://b:s3cret@two | https://a:****@two",
                "jdbc:ch://db:8123/d?user=bob&password=s3cret&ssl=true |"
                        + " jdbc:ch://db:8123/d?user=****&password=****&ssl=true",
                "jdbc:ch://db/d?ssl=true;password=s3cret | jdbc:ch://db/d?ssl=true;password=****",
                "x?password=s3;c#r,et&a=b | x?password=****&a=b",
                "x?pass%77ord=s3cret | x?pass%77ord=****",
                "x?PASSWORD=s3cret | x?PASSWORD=****",
                "x#access_token=s3cret | x#access_token=****",
                "x?a=1,secret=s3cret | x?a=1,secret=****",
                "x?X-Amz-Signature=s3cret | x?X-Amz-Signature=****",
                "x?target=http%3A%2F%2Fbob%3As3cret%40db&a=b | x?target=****&a=b",
                "https://hooks.slack.com/services/T0/B0/s3cret | https://hooks.slack.com/****",
                "https://hooks.slack-gov.com/workflows/s3cret?a=b | https://hooks.slack-gov.com/****?a=b",
                "x?password=&a=b | x?password=&a=b",
                "x?p%zz=1 | x?p%zz=1"
            })
    void givenUrl_whenShown_thenItsSecretsAreMasked(String url, String shown) {
        assertThat(Secrets.maskedWithin(url)).isEqualTo(shown);
        assertThat(Secrets.maskedWithin("at " + url + " it failed")).isEqualTo("at " + shown + " it failed");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost:8081",
                "jdbc:ch://127.0.0.1:8123/default?compress=0&clickhouse_setting_async_insert=0",
                "127.0.0.1:9092,127.0.0.1:9093",
                "tollgate.",
                "mail bob@example.com, a=b",
                "x?target=http%3A%2F%2Fdb%2Fx"
            })
    void givenTextWithoutSecrets_whenShown_thenItIsUnchanged(String text) {
        assertThat(Secrets.maskedWithin(text)).isEqualTo(text);
    }
}
