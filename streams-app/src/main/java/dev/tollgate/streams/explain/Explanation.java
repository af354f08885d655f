package dev.tollgate.streams.explain;

import dev.tollgate.schemas.avro.AccountEvent;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a limit event was raised.
 *
 * @param origin where the rest of the answer comes from
 * @param event as it went out
 * @param limit its limit, by the plan version of the event; null for events about no limit, and where the plan was
 *     removed from the catalog's log
 * @param usage what used the limit; null for events about no limit, and where the log does not tell
 * @param crossingCall the journal entry of the call that caused it; null where a command or time did
 * @param changes commands about the account that the log has before the event, oldest first; the last
 *     {@value Explainer#MAX_CHANGES}
 * @param replay what the log says when it is read again
 */
public record Explanation(
        Origin origin,
        LimitEvent event,
        @Nullable Limit limit,
        @Nullable LimitUsage usage,
        @Nullable UsageJournalEntry crossingCall,
        List<AccountEvent> changes,
        ReplayOutcome replay) {
    /** Where an answer comes from. */
    public enum Origin {
        /** The topics, as far as they reach back. */
        LOG,
        /** The tables in ClickHouse, which keep what the topics have forgotten; commands are not among it. */
        CLICKHOUSE
    }

    public Explanation {
        changes = List.copyOf(changes);
    }

    /** The total just before the event: without what the crossing call cost. Null where no call caused it. */
    public @Nullable Long usedBefore() {
        UsageJournalEntry call = crossingCall;
        Long used = event.getUsed();
        if (call == null || used == null || event.getMeterId() == null) {
            return null;
        }
        Long cost = call.getCosts().get(event.getMeterId());
        return cost == null ? used : Long.valueOf(Math.subtractExact(used, cost));
    }

    /**
     * The calls that a limit has counted, as of the event.
     *
     * @param calls the last of them in the order of the log: journal entries with verdict COUNTED, VOIDED or AMENDED
     *     that cost on the limit's meter, within the event's window where it has one, of its project or key where the
     *     limit is by those
     * @param entries how many there are in all
     * @param cost the sum of their costs; the limit's total, unless a plan change reset or scaled it, or it leaks
     */
    public record LimitUsage(List<UsageJournalEntry> calls, long entries, long cost) {
        public LimitUsage {
            calls = List.copyOf(calls);
        }
    }
}
