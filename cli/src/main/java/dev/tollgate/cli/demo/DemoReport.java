package dev.tollgate.cli.demo;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * What a demo came to.
 *
 * @param published records published, duplicates and broken ones included
 * @param ledger the topology's figures
 * @param topAccounts accounts with the most counted calls
 * @param pacedLatency block latency in milliseconds while events came at {@code pacedPerSecond}
 * @param pacedPerSecond rate of the paced part
 * @param floodLatency block latency in milliseconds while events came as fast as they could be published
 * @param throughputPerSecond events per second through the topology in the flood: first append to last verdict committed
 * @param stackSeconds how long the stack took to start
 * @param seconds wall time of the whole demo
 */
record DemoReport(
        long published,
        Ledger ledger,
        List<AccountLine> topAccounts,
        Histogram pacedLatency,
        int pacedPerSecond,
        Histogram floodLatency,
        long throughputPerSecond,
        Reconciliation reconciliation,
        long seed,
        double stackSeconds,
        double seconds) {

    record AccountLine(String accountId, long counted, long alerts, long blocks) {}

    /** The fields that machines read. */
    Map<String, Object> toMap() {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("published", published);
        all.put("verdicts", ledger.verdicts());
        all.put("deadLetters", ledger.rejected());
        all.put("deadLettersByReason", ledger.deadLetters());
        all.put("softAlerts", ledger.alerts().size());
        all.put("blocks", ledger.blocks().size());
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

    private static Map<String, Object> percentiles(Histogram histogram) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("p50", histogram.getValueAtPercentile(50));
        values.put("p99", histogram.getValueAtPercentile(99));
        values.put("samples", histogram.getTotalCount());
        return values;
    }

    void print(PrintWriter out) {
        out.println();
        heading(out, "Events");
        figure(out, "published", published);
        ledger.verdicts().forEach((verdict, count) -> figure(out, "  " + verdict, count));
        figure(out, "  dead letters", ledger.rejected());
        ledger.deadLetters().forEach((reason, count) -> figure(out, "    " + reason, count));

        heading(out, "Limits");
        figure(out, "soft alerts (90 %)", ledger.alerts().size());
        figure(out, "blocks (100 %)", ledger.blocks().size());

        heading(out, "Top accounts");
        out.printf(Locale.ROOT, "  %-16s %12s %8s %8s%n", "account", "counted", "alerts", "blocks");
        topAccounts.forEach(line -> out.printf(
                Locale.ROOT,
                "  %-16s %,12d %8d %8d%n",
                line.accountId(),
                line.counted(),
                line.alerts(),
                line.blocks()));

        heading(out, "Speed");
        out.printf(
                Locale.ROOT,
                "  throughput           %,12d events/s (publish as fast as possible)%n",
                throughputPerSecond);
        latency(out, "block latency at " + pacedPerSecond + " events/s", pacedLatency);
        latency(out, "block latency in the flood", floodLatency);
        out.println("  (block latency: append of the crossing event to the block readable by a gate)");

        heading(out, "Reconciliation");
        reconciliation.comparisons().forEach(line -> out.println("  " + line));
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

    private static void latency(PrintWriter out, String name, Histogram histogram) {
        if (histogram.getTotalCount() == 0) {
            out.printf(Locale.ROOT, "  %s: no block%n", name);
        } else {
            out.printf(
                    Locale.ROOT,
                    "  %s: p50 %d ms, p99 %d ms (%d blocks)%n",
                    name,
                    histogram.getValueAtPercentile(50),
                    histogram.getValueAtPercentile(99),
                    histogram.getTotalCount());
        }
    }

    private static void heading(PrintWriter out, String text) {
        out.println();
        out.println(text);
    }

    private static void figure(PrintWriter out, String name, long value) {
        out.printf(Locale.ROOT, "  %-20s %,12d%n", name, value);
    }
}
