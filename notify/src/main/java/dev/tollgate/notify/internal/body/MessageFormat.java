package dev.tollgate.notify.internal.body;

/** How a limit event is written. */
public enum MessageFormat {
    /** {@code {"type": ..., "timestamp": ..., "data": {...}}}, as the Standard Webhooks specification has it. */
    WEBHOOK,
    /** CloudEvents 1.0 over HTTP in binary mode: the event's fields are the body, the attributes are headers. */
    CLOUDEVENTS
}
