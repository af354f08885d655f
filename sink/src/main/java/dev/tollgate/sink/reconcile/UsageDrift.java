package dev.tollgate.sink.reconcile;

import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a drift of positions means for the usage of an account on a day.
 *
 * @param meterId empty for the number of events
 * @param log what the log says of the records concerned
 * @param table what the table says of them
 * @param from first offset concerned, inclusive
 * @param to last offset concerned, inclusive
 */
public record UsageDrift(
        int partition,
        String accountId,
        LocalDate day,
        String verdict,
        String meterId,
        long log,
        long table,
        long from,
        long to) {

    /**
     * What several drifts mean together: one for each account, day, verdict and meter, without those that cancel out.
     */
    public static List<UsageDrift> sum(List<UsageDrift> drifts) {
        Map<List<Object>, UsageDrift> sums = new LinkedHashMap<>();
        for (UsageDrift drift : drifts) {
            sums.merge(
                    List.of(drift.partition, drift.accountId, drift.day, drift.verdict, drift.meterId),
                    drift,
                    UsageDrift::plus);
        }
        sums.values().removeIf(sum -> sum.log == sum.table);
        return List.copyOf(sums.values());
    }

    private UsageDrift plus(UsageDrift other) {
        return new UsageDrift(
                partition,
                accountId,
                day,
                verdict,
                meterId,
                Math.addExact(log, other.log),
                Math.addExact(table, other.table),
                Math.min(from, other.from),
                Math.max(to, other.to));
    }
}
