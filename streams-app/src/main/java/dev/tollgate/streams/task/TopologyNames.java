package dev.tollgate.streams.task;

/** Names of the topology's parts. They are part of the stored state: changelog topics are called after the stores. */
public final class TopologyNames {
    public static final String REQUEST_SOURCE = "request-events-source";
    public static final String COMMAND_SOURCE = "account-events-source";
    public static final String ACCOUNTING = "accounting";

    public static final String JOURNAL_SINK = "usage-journal-sink";
    public static final String TOTALS_SINK = "usage-totals-sink";
    public static final String LIMIT_EVENT_SINK = "limit-events-sink";
    public static final String LIMIT_STATE_SINK = "limit-state-sink";
    public static final String DEAD_LETTER_SINK = "dead-letters-sink";

    /** One record per account. */
    public static final String ACCOUNT_STORE = "accounts";
    /** Open buckets of projects and API keys, one record for each, and timers for them. */
    public static final String SCOPE_STORE = "scopes";
    /** Journal entries by account, half day and event id. */
    public static final String EVENT_STORE = "events";
    /** Accounts with something coming. */
    public static final String PENDING_WORK_STORE = "pending-work";

    private TopologyNames() {}
}
