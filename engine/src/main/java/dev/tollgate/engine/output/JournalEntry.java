package dev.tollgate.engine.output;

import dev.tollgate.engine.input.ValidRequest;
import java.util.List;

/**
 * The verdict on one request event. The event index remembers the same entry, because a later duplicate, void or
 * amendment needs to know what was charged.
 *
 * @param request the event
 * @param verdict what became of it
 * @param planId the plan in force at the event's time
 * @param planVersion the version in force at the event's time
 * @param costs what was charged. For {@code LATE} what it would have been charged, for {@code VOIDED} what is taken
 *     back, {@link Costs#none()} for the verdicts that charge nothing.
 * @param lateLimits ids of the limits whose window had closed; for {@code COUNTED} the others took it
 * @param correctionIds commands that have corrected this event, oldest first; the last one caused this entry
 */
public record JournalEntry(
        ValidRequest request,
        Verdict verdict,
        String planId,
        int planVersion,
        Costs costs,
        List<String> lateLimits,
        List<String> correctionIds) {}
