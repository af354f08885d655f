package dev.tollgate.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.header.internals.RecordHeaders;
import org.junit.jupiter.api.Test;

class ApplicationHeaderTest {
    @Test
    void givenHeaders_whenRead_thenTheApplicationIdIsNamedOrEmpty() {
        assertThat(ApplicationHeader.read(ApplicationHeader.of("tollgate-accounting")))
                .isEqualTo("tollgate-accounting");
        assertThat(ApplicationHeader.read(new RecordHeaders())).isEmpty();
        assertThat(ApplicationHeader.read(new RecordHeaders().add("application", new byte[] {65})))
                .isEmpty();
    }
}
