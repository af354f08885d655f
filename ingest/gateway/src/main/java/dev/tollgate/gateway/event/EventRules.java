package dev.tollgate.gateway.event;

import dev.tollgate.schemas.event.MaxEventAge;
import dev.tollgate.schemas.event.MaxEventAhead;

/**
 * How strictly events are read.
 *
 * @param rejectUnknownFields whether a field that the contract does not know is a problem (true) or is left out (false)
 * @param maxAhead how far an event's time may lie ahead of this machine's clock; later ones would be dead-lettered
 *     downstream
 * @param maxAge how far it may lie back
 * @param eventType the only CloudEvents {@code type} that is a request event
 * @param identity what an event's id is made of
 * @param timeRequired whether an event must say when it happened (true), or happened on arrival if it does not (false)
 */
public record EventRules(
        boolean rejectUnknownFields,
        MaxEventAhead maxAhead,
        MaxEventAge maxAge,
        String eventType,
        CloudEventIdentity identity,
        boolean timeRequired) {

    /** CloudEvents {@code type} unless configured otherwise. */
    public static final String DEFAULT_TYPE = "dev.tollgate.request";

    private static final int MAX_PROBLEMS = 32;

    /**
     * Rejects unknown fields, allows a minute ahead and 400 days back, takes CloudEvents ids as they are; an event
     * without a time is of now.
     */
    public static EventRules strict() {
        return new EventRules(
                true, MaxEventAhead.standard(), MaxEventAge.standard(), DEFAULT_TYPE, CloudEventIdentity.ID, false);
    }

    /** As {@link #strict()}, but of the past, which has no time on arrival: each event must have its own. */
    public static EventRules ofFiles(MaxEventAge maxAge, MaxEventAhead maxAhead) {
        return new EventRules(true, maxAhead, maxAge, DEFAULT_TYPE, CloudEventIdentity.ID, true);
    }

    /** Most problems reported of one event; an answer stays small whatever was sent. */
    public static int maxProblems() {
        return MAX_PROBLEMS;
    }

    /** What identifies a CloudEvent. */
    public enum CloudEventIdentity {
        /** Its {@code id}, unchanged: unique within the account, whatever the source. */
        ID,
        /**
         * Its {@code source} and {@code id} together, as the CloudEvents specification has it: a name-based UUID of
         * both. For sources that number their events by themselves.
         */
        SOURCE_AND_ID
    }
}
