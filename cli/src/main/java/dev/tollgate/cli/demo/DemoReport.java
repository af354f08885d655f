package dev.tollgate.cli.demo;

import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.HdrHistogram.Histogram;

/**
 * What a demo came to.
 *
 * @param planIds the plans of the catalog, which accounts took in turn
 * @param from event time of the first event
 * @param to highest event time
 * @param published records published, duplicates and broken ones included
 * @param ledger the topology's figures
 * @param topAccounts accounts with the most counted calls
 * @param pacedLatency block latency in milliseconds while events came at {@code pacedPerSecond}
 * @param pacedPerSecond rate of the paced part
 * @param floodLatency block latency in milliseconds while events came as fast as they could be published
 * @param throughputPerSecond events per second through the topology in the flood: first append to last verdict
 *     committed
 * @param stackSeconds how long the stack took to start
 * @param seconds wall time of the whole demo
 */
record DemoReport(
        List<String> planIds,
        Instant from,
        Instant to,
        long published,
        DemoLedger ledger,
        List<AccountLine> topAccounts,
        Histogram pacedLatency,
        int pacedPerSecond,
        Histogram floodLatency,
        long throughputPerSecond,
        Reconciliation reconciliation,
        long seed,
        double stackSeconds,
        double seconds) {

    record AccountLine(String accountId, String planId, long counted, long alerts, long blocks) {}

    /** The fields that machines read. */
    Map<String, Object> toMap() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("plans", planIds);
        all.put("eventTimeFrom", from.toString());
        all.put("eventTimeTo", to.toString());
        all.put("published", published);
        all.put("verdicts", ledger.verdicts());
        all.put("deadLetters", ledger.rejected());
        all.put("deadLettersByReason", ledger.deadLetters());
        all.put("softAlerts", ledger.alerts().size());
        all.put("blocks", ledger.blocks().size());
        all.put("advisoryEvents", ledger.advice().size());
        all.put("softAlertsByLimit", byLimit(ledger.alerts()));
        all.put("blocksByLimit", byLimit(ledger.blocks()));
        all.put("advisoryEventsByLimit", byLimit(ledger.advice()));
        all.put("blockLatencyMillis", percentiles(pacedLatency));
        all.put("blockLatencyUnderFloodMillis", percentiles(floodLatency));
        all.put("throughputPerSecond", throughputPerSecond);
        all.put("reconciled", reconciliation.isClean());
        all.put("differences", reconciliation.differences());
        all.put("seed", seed);
        all.put("stackSeconds", Math.round(stackSeconds * 10) / 10.0);
        all.put("seconds", Math.round(seconds * 10) / 10.0);
        return all;
    }

    private static Map<String, Long> byLimit(Map<DemoLedger.Crossing, DemoLedger.Reached> crossings) {
        Map<String, Long> counts = new TreeMap<>();
        crossings.keySet().forEach(crossing -> counts.merge(crossing.bucket().limitId(), 1L, Long::sum));
        return counts;
    }

    private static Map<String, Object> percentiles(Histogram histogram) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("p50", histogram.getValueAtPercentile(50));
        values.put("p99", histogram.getValueAtPercentile(99));
        values.put("samples", histogram.getTotalCount());
        return values;
    }

    void print(PrintWriter out) {
        heading(out, "Traffic");
        out.println("  " + (planIds.size() == 1 ? "plan " : "plans ") + String.join(", ", planIds));
        out.println("  event time " + from + " to " + to);

        heading(out, "Events");
        figure(out, "published", published);
        ledger.verdicts().forEach((verdict, count) -> figure(out, "  " + verdict, count));
        figure(out, "  dead letters", ledger.rejected());
        ledger.deadLetters().forEach((reason, count) -> figure(out, "    " + reason, count));

        heading(out, "Limits reached");
        printLimits(out);

        heading(out, "Top accounts");
        List<List<Object>> accounts = new ArrayList<>();
        accounts.add(List.of("account", "plan", "counted", "alerts", "blocks"));
        topAccounts.forEach(line ->
                accounts.add(List.of(line.accountId(), line.planId(), line.counted(), line.alerts(), line.blocks())));
        table(out, accounts);

        heading(out, "Speed");
        out.printf(
                Locale.ROOT,
                "  throughput           %,12d events/s (publish as fast as possible)%n",
                throughputPerSecond);
        latency(out, "block latency at " + pacedPerSecond + " events/s", pacedLatency);
        latency(out, "block latency in the flood", floodLatency);
        out.println("  (block latency: append of the crossing event to the block readable by a gate)");

        heading(out, "Reconciliation");
        printReconciliation(out);
        reconciliation.differences().forEach(line -> out.println("  DIFFERS  " + line));
        out.println();
        out.printf(
                Locale.ROOT,
                "%s  seed %d, %.1f s (stack up in %.1f s)%n",
                reconciliation.isClean() ? "RECONCILED to the last unit." : "NOT RECONCILED.",
                seed,
                seconds,
                stackSeconds);
        out.flush();
    }

    private void printLimits(PrintWriter out) {
        Map<String, Long> alerts = byLimit(ledger.alerts());
        Map<String, Long> blocks = byLimit(ledger.blocks());
        Map<String, Long> advice = byLimit(ledger.advice());
        TreeSet<String> limits = new TreeSet<>(alerts.keySet());
        limits.addAll(blocks.keySet());
        limits.addAll(advice.keySet());
        List<List<Object>> rows = new ArrayList<>();
        rows.add(List.of("limit", "soft alerts", "blocks", "advisory"));
        for (String limit : limits) {
            rows.add(List.of(
                    limit,
                    alerts.getOrDefault(limit, 0L),
                    blocks.getOrDefault(limit, 0L),
                    advice.getOrDefault(limit, 0L)));
        }
        rows.add(List.of(
                "all", (long) ledger.alerts().size(), (long) ledger.blocks().size(), (long)
                        ledger.advice().size()));
        table(out, rows);
    }

    /** One line for each thing that was compared, one column for each party. */
    private void printReconciliation(PrintWriter out) {
        List<List<Object>> rows = new ArrayList<>();
        for (Reconciliation.Comparison comparison : reconciliation.comparisons()) {
            List<Object> names = new ArrayList<>(List.of(""));
            List<Object> row = new ArrayList<>(List.of(comparison.what()));
            for (Reconciliation.Side side : comparison.sides()) {
                Long sum = side.sum();
                names.add(side.party());
                row.add(
                        side.entries() == 0
                                ? "none"
                                : (sum == null ? "" : number(sum) + " in ") + number(side.entries()));
            }
            names.add("");
            row.add(comparison.agrees() ? "equal" : "DIFFERENT");
            if (rows.isEmpty()) {
                rows.add(names);
            }
            rows.add(row);
        }
        table(out, rows);
    }

    private static void latency(PrintWriter out, String name, Histogram histogram) {
        if (histogram.getTotalCount() == 0) {
            out.printf(Locale.ROOT, "  %s: no block%n", name);
        } else {
            out.printf(
                    Locale.ROOT,
                    "  %s: p50 %,d ms, p99 %,d ms (%,d block%s)%n",
                    name,
                    histogram.getValueAtPercentile(50),
                    histogram.getValueAtPercentile(99),
                    histogram.getTotalCount(),
                    histogram.getTotalCount() == 1 ? "" : "s");
        }
    }

    private static void heading(PrintWriter out, String text) {
        out.println();
        out.println(text);
    }

    private static void figure(PrintWriter out, String name, long value) {
        out.printf(Locale.ROOT, "  %-24s %,12d%n", name, value);
    }

    /** Aligned columns: texts to the left, numbers to the right. The first row is the heading. */
    private static void table(PrintWriter out, List<List<Object>> rows) {
        int columns = rows.getFirst().size();
        int[] widths = new int[columns];
        for (List<Object> row : rows) {
            for (int i = 0; i < columns; i++) {
                widths[i] = Math.max(widths[i], text(row.get(i)).length());
            }
        }
        for (List<Object> row : rows) {
            StringBuilder line = new StringBuilder(" ");
            for (int i = 0; i < columns; i++) {
                String text = text(row.get(i));
                String padding = " ".repeat(widths[i] - text.length());
                boolean number = rows.getLast().get(i) instanceof Long;
                line.append(i == 0 ? " " : "  ").append(number ? padding + text : text + padding);
            }
            out.println(line.toString().stripTrailing());
        }
    }

    private static String text(Object cell) {
        return cell instanceof Long value ? number(value) : cell.toString();
    }

    private static String number(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }
}
