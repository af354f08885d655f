package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.sink.SinkConfig;
import dev.tollgate.streams.config.AccountingConfig;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The page of {@code tollgate config} against what the roles read. */
class ConfigKeysTest {
    private static final Map<String, String> REQUIRED = Map.of(
            "kafka.bootstrap-servers", "localhost:9092",
            "registry.url", "http://localhost:8081",
            "clickhouse.url", "jdbc:ch://localhost:8123/tollgate",
            "gateway.anonymous", "true");

    @Test
    void everyKeyThatARoleReadsIsOnThePage() {
        Set<String> read = new TreeSet<>();
        read.addAll(AccountingConfig.from(REQUIRED).effective().keySet());
        read.addAll(SinkConfig.from(REQUIRED).effective().keySet());
        read.addAll(GatewayCommand.read(REQUIRED).effective().keySet());

        List<String> words = List.of(ConfigKeys.text().split("[\\s,]+"));

        assertThat(read).hasSizeGreaterThan(40).isSubsetOf(words);
    }
}
