package dev.tollgate.schemas.metrics;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a server listens.
 *
 * @param host name or address of an interface of this machine, IPv6 without brackets; {@code 0.0.0.0} for all
 * @param port 0 to 65,535; 0 for any that is free
 */
public record ListenAddress(String host, int port) {
    private static final Pattern TEXT = Pattern.compile("(?:\\[([0-9a-fA-F:.%]+)]|([^\\[\\]:\\s/]+)):([0-9]{1,5})");

    /**
     * Reads {@code HOST:PORT}; an IPv6 address stands in brackets.
     *
     * @throws IllegalArgumentException if it is something else
     */
    public static ListenAddress parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("must be host:port, was '" + text + "'");
        }
        int port = Integer.parseInt(matcher.group(3));
        if (port > 65_535) {
            throw new IllegalArgumentException("port must be 0 to 65535, was " + port);
        }
        return new ListenAddress(matcher.group(1) == null ? matcher.group(2) : matcher.group(1), port);
    }

    /** The same at another port, for one that was chosen by the system. */
    public ListenAddress withPort(int port) {
        return new ListenAddress(host, port);
    }

    /** As {@link #parse} reads it. */
    @Override
    public String toString() {
        return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    }
}
