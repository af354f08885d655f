package dev.tollgate.sink.internal.ledger;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.sink.internal.clickhouse.OffsetRange;
import dev.tollgate.sink.status.SinkException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LedgerTest {
    @Test
    void givenAnIntent_whenCommittedAndRead_thenItIsTheSame() {
        Ledger ledger = new Ledger(41, 1_000_041, 50, 40, 39);

        assertThat(ledger.committed())
                .isEqualTo(new OffsetAndMetadata(41, "v=1;to=1000041;verify=50;stored=40;rows=39"));
        assertThat(Ledger.read(ledger.committed())).isEqualTo(ledger);
        assertThat(ledger.intent()).isEqualTo(new OffsetRange(41, 1_000_041));
    }

    @Test
    void givenAPlainOffset_whenRead_thenEverythingBelowItMustStand() {
        assertThat(Ledger.read(new OffsetAndMetadata(41))).isEqualTo(new Ledger(41, 0, 0, 41, Ledger.UNKNOWN));
        assertThat(Ledger.read(new OffsetAndMetadata(41)).intent()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"v=2;to=50", "v=1;to=41", "v=1;to=x", "by hand", "v=1;rows=1;to=50"})
    void givenMetadataOfAnotherProgram_whenRead_thenItIsRejected(String metadata) {
        assertThatThrownBy(() -> Ledger.read(new OffsetAndMetadata(41, metadata)))
                .isInstanceOf(SinkException.class)
                .hasMessageContaining("'" + metadata + "'");
    }
}
