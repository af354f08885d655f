package dev.tollgate.notify.internal.body;

import dev.tollgate.schemas.avro.LimitEventKind;

/** Names of the kinds of limit events in messages, such as {@code tollgate.limit.hard_reached}. Public contract. */
public final class EventType {
    /** Type of the message that {@code tollgate notify test} sends. */
    public static final String TEST = "tollgate.test";

    private EventType() {}

    /** The type of a kind. */
    public static String of(LimitEventKind kind) {
        return switch (kind) {
            case SOFT_LIMIT_REACHED -> "tollgate.limit.soft_reached";
            case HARD_LIMIT_REACHED -> "tollgate.limit.hard_reached";
            case ADVISORY_LIMIT_REACHED -> "tollgate.limit.advisory_reached";
            case LIMIT_CLEARED -> "tollgate.limit.cleared";
            case SUSPENDED -> "tollgate.account.suspended";
            case REINSTATED -> "tollgate.account.reinstated";
            case EXEMPTED -> "tollgate.account.exempted";
            case EXEMPTION_ENDED -> "tollgate.account.exemption_ended";
            case PLAN_CHANGED -> "tollgate.account.plan_changed";
            case PLAN_CHANGE_SCHEDULED -> "tollgate.account.plan_change_scheduled";
            case OVERRIDE_CHANGED -> "tollgate.account.override_changed";
            case CALENDAR_CHANGED -> "tollgate.account.calendar_changed";
            case UNKNOWN -> "tollgate.unknown";
        };
    }
}
