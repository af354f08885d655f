package dev.tollgate.notify.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignerTest {
    /** The example of the specification's reference libraries. */
    private static final String SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    private static final byte[] BODY = "{\"test\": 2432232314}".getBytes(StandardCharsets.UTF_8);

    @Test
    void givenTheExampleOfTheSpecification_whenSigned_thenTheSignatureIsItsOwn() {
        String signature = new Signer(List.of(WebhookSecret.parse(SECRET)))
                .sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330L, BODY);

        assertThat(signature).isEqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    @Test
    void givenTwoSecrets_whenSigned_thenEachHasItsSignature() throws Exception {
        byte[] other = new byte[64];
        other[3] = 7;
        String text = "whsec_" + Base64.getEncoder().encodeToString(other);
        byte[] body = "{\"account\":\"acmé ☃\"}".getBytes(StandardCharsets.UTF_8);
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(other, "HmacSHA256"));
        mac.update("id.5.".getBytes(StandardCharsets.UTF_8));

        String signature =
                new Signer(List.of(WebhookSecret.parse(SECRET), WebhookSecret.parse(text))).sign("id", 5, body);

        assertThat(signature.split(" ", -1))
                .hasSize(2)
                .contains("v1," + Base64.getEncoder().encodeToString(mac.doFinal(body)));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                "whsec_",
                "whsec_!!!",
                "whsec_c2hvcnQ=",
                "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
            })
    void givenWhatIsNoSecret_whenParsed_thenItIsRejectedAndNotShown(String text) {
        assertThatThrownBy(() -> WebhookSecret.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("a secret must")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("MfKQ", "c2hvcnQ", "AAAA"));
    }

    @Test
    void givenASecret_whenShown_thenItIsMasked() {
        assertThat(WebhookSecret.parse(SECRET)).hasToString("****");
    }
}
