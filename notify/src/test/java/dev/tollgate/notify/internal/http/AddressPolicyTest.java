package dev.tollgate.notify.internal.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AddressPolicyTest {
    private static final AddressPolicy NOTHING_LISTED = new AddressPolicy(List.of());

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.255.255.254",
                "0.0.0.0",
                "10.0.0.1",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "198.18.0.1",
                "192.0.2.7",
                "224.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "fe80::1",
                "fc00::1",
                "fd12:3456::1",
                "ff02::1",
                "2001:db8::1",
                "::ffff:10.0.0.1",
                "::ffff:127.0.0.1",
                "::10.0.0.1",
                "64:ff9b::a00:1",
                "64:ff9b::7f00:1",
                "2002:7f00:1::1",
                "2002:c0a8:101::1"
            })
    void givenAnAddressThatIsNotPublic_whenNothingIsListed_thenItIsRejected(String address) throws Exception {
        assertThat(NOTHING_LISTED.allows(InetAddress.getByName(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "172.15.255.255",
                "172.32.0.1",
                "100.63.255.255",
                "169.253.1.1",
                "2606:4700:4700::1111",
                "64:ff9b::101:101",
                "2002:101:101::1"
            })
    void givenAPublicAddress_whenAsked_thenItIsAllowed(String address) throws Exception {
        assertThat(NOTHING_LISTED.allows(InetAddress.getByName(address))).isTrue();
    }

    @Test
    void givenAListedRange_whenAsked_thenItAloneIsAllowedBesides() throws Exception {
        AddressPolicy policy = new AddressPolicy(List.of(Network.parse("10.1.0.0/16"), Network.parse("fd00::5")));

        assertThat(policy.allows(InetAddress.getByName("10.1.200.7"))).isTrue();
        assertThat(policy.allows(InetAddress.getByName("10.2.0.1"))).isFalse();
        assertThat(policy.allows(InetAddress.getByName("fd00::5"))).isTrue();
        assertThat(policy.allows(InetAddress.getByName("fd00::6"))).isFalse();
        assertThat(policy.allows(InetAddress.getByName("127.0.0.1"))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "localhost", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/x", "10.0.0.0/", "fd00::/129", "10.0"})
    void givenWhatIsNoRange_whenParsed_thenTheTextIsNamed(String text) {
        assertThatThrownBy(() -> Network.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("was '" + text + "'");
    }
}
