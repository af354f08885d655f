package dev.tollgate.testkit.oracle;

import dev.tollgate.engine.AccountState;
import dev.tollgate.engine.AccountingEngine;
import java.util.function.LongConsumer;

/**
 * The clock of an account as the accounting role keeps it: the append times of the account's records. Before a record
 * it gives a tick for each thing that has come due, at its own moment, or at that of the record before if it was due
 * then.
 */
final class LogClock {
    private long millis;

    /** The next record, which is not rejected, was appended at this moment. */
    void passTo(long appendedAtMillis, LongConsumer tick, AccountState state) {
        long until = Math.max(millis, appendedAtMillis);
        long last = Long.MIN_VALUE;
        for (long deadline = AccountingEngine.nextDeadline(state);
                millis > 0 && deadline <= until && deadline != last;
                deadline = AccountingEngine.nextDeadline(state)) {
            last = deadline;
            millis = Math.max(millis, deadline);
            tick.accept(millis);
        }
        millis = until;
    }
}
