package dev.tollgate.notify.internal.body;

/** How a limit event is written. */
public enum MessageFormat {
    /** {@code {"type": ..., "timestamp": ..., "data": {...}}}, as the Standard Webhooks specification has it. */
    WEBHOOK,
    /** CloudEvents 1.0 over HTTP in binary mode: the event's fields are the body, the attributes are headers. */
    CLOUDEVENTS,
    /** A sentence, as Slack's incoming webhooks take it. */
    SLACK,
    /** An alert that opens or closes an incident, as the Events API v2 of PagerDuty takes it. */
    PAGERDUTY;

    /** Whether messages carry a signature: of the others the receiver checks none. */
    public boolean isSigned() {
        return this == WEBHOOK || this == CLOUDEVENTS;
    }
}
