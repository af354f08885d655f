package dev.tollgate.streams.explain;

import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.Verdict;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Picks the journal entries that count on the limit of an event, and keeps the last of them. */
final class UsageOfLimit {
    private static final Set<Verdict> COUNTING = Set.of(Verdict.COUNTED, Verdict.VOIDED, Verdict.AMENDED);

    /** The key that stands for all keys beyond those that a limit tells apart. */
    private static final String SHARED_KEY = "*";

    private final LimitEvent event;
    private final int most;
    private final ArrayDeque<UsageJournalEntry> last = new ArrayDeque<>();
    private long entries;
    private long cost;

    UsageOfLimit(LimitEvent event, int most) {
        this.event = event;
        this.most = most;
    }

    void add(UsageJournalEntry entry) {
        long entryCost = costOf(entry);
        if (entryCost == 0) {
            return;
        }
        entries++;
        cost = Math.addExact(cost, entryCost);
        last.addLast(entry);
        if (last.size() > most) {
            last.removeFirst();
        }
    }

    /** What an entry adds to the limit's total. */
    private long costOf(UsageJournalEntry entry) {
        Long onMeter = entry.getCosts().get(event.getMeterId());
        if (onMeter == null) {
            return 0;
        }
        boolean counts = COUNTING.contains(entry.getVerdict())
                && !entry.getLateLimits().contains(event.getLimitId())
                && isInWindow(entry.getOccurredAt())
                && isInScope(entry);
        return counts ? onMeter : 0;
    }

    private boolean isInWindow(Instant at) {
        Instant start = event.getWindowStart();
        Instant end = event.getWindowEnd();
        return (start == null || !at.isBefore(start)) && (end == null || at.isBefore(end));
    }

    private boolean isInScope(UsageJournalEntry entry) {
        if (event.getScopeKey().equals(SHARED_KEY)) {
            return true;
        }
        return switch (event.getScope()) {
            case PROJECT -> matches(entry.getProjectId());
            case API_KEY -> matches(entry.getApiKeyId());
            case ACCOUNT, UNKNOWN -> event.getScope() == Scope.ACCOUNT;
        };
    }

    private boolean matches(@Nullable String key) {
        return event.getScopeKey().equals(key);
    }

    Explanation.LimitUsage result() {
        return new Explanation.LimitUsage(List.copyOf(last), entries, cost);
    }
}
