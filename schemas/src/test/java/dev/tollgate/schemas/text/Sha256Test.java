package dev.tollgate.schemas.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

final class Sha256Test {
    @Test
    void givenTheExampleOfTheStandard_whenDigested_thenItIsTheStandardsAnswer() {
        // FIPS 180-2, appendix B.1.
        assertThat(HexFormat.of().formatHex(Sha256.of("abc")))
                .isEqualTo("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
