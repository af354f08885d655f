package dev.tollgate.engine.input;

import dev.tollgate.planmodel.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * A request event that keeps the rules: what {@link RequestInput} may lack is there. The engine makes one of each event
 * that it does not reject, and works with nothing else from then on.
 *
 * @param eventId unique per account
 * @param accountId who pays
 * @param endpoint what was called
 * @param input the event as it was read, with everything else that it says
 */
public record ValidRequest(String eventId, String accountId, String endpoint, RequestInput input) {
    /**
     * An event whose ids and endpoint are known to be there.
     *
     * @throws IllegalArgumentException if one of them is missing
     */
    public static ValidRequest of(RequestInput input) {
        return new ValidRequest(
                present("event id", input.eventId()),
                present("account id", input.accountId()),
                present("endpoint", input.endpoint()),
                input);
    }

    private static String present(String name, @Nullable String text) {
        if (text == null) {
            throw new IllegalArgumentException("the " + name + " of a valid request must be there");
        }
        return text;
    }

    /** Event time, milliseconds since the epoch. */
    public long occurredAtMillis() {
        return input.occurredAtMillis();
    }

    /** Start or end of the call. */
    public Phase phase() {
        return input.phase();
    }

    /** How the call ended. */
    public Outcome outcome() {
        return input.outcome();
    }

    /** What cost tables charge per unit; 1 where the event does not say. */
    public long chargedUnits() {
        Long units = input.units();
        return units == null ? 1 : units;
    }
}
