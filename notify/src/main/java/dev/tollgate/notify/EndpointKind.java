package dev.tollgate.notify;

/** What an endpoint is. */
enum EndpointKind {
    /** Gets each limit event once. */
    WEBHOOK,
    /** Gets what holds, again and again while it does. */
    ALERTMANAGER
}
