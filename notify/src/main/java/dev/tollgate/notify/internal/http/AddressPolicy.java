package dev.tollgate.notify.internal.http;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which addresses a request may go to: all that are public, and those that are listed. A URL that somebody else chose
 * must not reach what only this network can reach, such as a cloud's metadata service.
 *
 * @param allowed what may be reached although it is not public
 */
public record AddressPolicy(List<Network> allowed) {
    /** The special-purpose ranges of RFC 6890 that are not globally reachable, multicast, and what is reserved. */
    private static final List<Network> NOT_PUBLIC = Stream.of(
                    "0.0.0.0/8",
                    "10.0.0.0/8",
                    "100.64.0.0/10",
                    "127.0.0.0/8",
                    "169.254.0.0/16",
                    "172.16.0.0/12",
                    "192.0.0.0/24",
                    "192.0.2.0/24",
                    "192.168.0.0/16",
                    "198.18.0.0/15",
                    "198.51.100.0/24",
                    "203.0.113.0/24",
                    "224.0.0.0/4",
                    "240.0.0.0/4",
                    "::/128",
                    "::1/128",
                    "100::/64",
                    "2001:db8::/32",
                    "fc00::/7",
                    "fe80::/10",
                    "fec0::/10",
                    "ff00::/8")
            .map(Network::parse)
            .toList();

    private static final Network NAT64 = Network.parse("64:ff9b::/96");
    private static final Network SIX_TO_FOUR = Network.parse("2002::/16");
    private static final Network COMPATIBLE = Network.parse("::/96");

    public AddressPolicy {
        allowed = List.copyOf(allowed);
    }

    /** Whether a request may go there. */
    public boolean allows(InetAddress address) {
        return allowed.stream().anyMatch(network -> network.contains(address)) || isPublic(address);
    }

    private boolean isPublic(InetAddress address) {
        if (NOT_PUBLIC.stream().anyMatch(network -> network.contains(address))) {
            return false;
        }
        // An address of IPv6 may stand for one of IPv4.
        byte[] bytes = address.getAddress();
        if (NAT64.contains(address) || COMPATIBLE.contains(address)) {
            return allows(ofIpv4(bytes, 12));
        }
        return !SIX_TO_FOUR.contains(address) || allows(ofIpv4(bytes, 2));
    }

    private static InetAddress ofIpv4(byte[] bytes, int from) {
        try {
            return InetAddress.getByAddress(Arrays.copyOfRange(bytes, from, from + 4));
        } catch (UnknownHostException e) {
            throw new IllegalStateException("4 bytes are an address", e);
        }
    }
}
