package dev.tollgate.notify.internal.http;

import org.jspecify.annotations.Nullable;

/** Why an attempt failed. The values of a metric's tag, so they are few and stay. */
public enum FailureClass {
    /** 3xx. */
    REDIRECT,
    /** 410: the receiver wants nothing any more. */
    GONE,
    /** 429. */
    RATE_LIMITED,
    /** Any other 4xx, and what is no status at all. */
    CLIENT_ERROR,
    /** 5xx. */
    SERVER_ERROR,
    /** No complete answer in time. */
    TIMEOUT,
    /** No connection, or one that broke. */
    CONNECTION,
    /** The host has no address that is allowed. */
    ADDRESS;

    static @Nullable FailureClass of(int status) {
        return switch (status / 100) {
            case 2 -> null;
            case 3 -> REDIRECT;
            case 4 -> status == 410 ? GONE : status == 429 ? RATE_LIMITED : CLIENT_ERROR;
            case 5 -> SERVER_ERROR;
            default -> CLIENT_ERROR;
        };
    }
}
