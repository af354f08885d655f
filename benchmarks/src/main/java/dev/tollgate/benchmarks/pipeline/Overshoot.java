package dev.tollgate.benchmarks.pipeline;

import dev.tollgate.benchmarks.Pauses;
import dev.tollgate.schemas.avro.WindowUnit;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/**
 * How many calls beyond a limit go ahead when several processes, each with a gate of its own, are offered many times as
 * many. Several accounts give several windows a minute; they begin at different seconds of it, so that their bursts do
 * not meet.
 */
@Command(
        name = "overshoot",
        mixinStandardHelpOptions = true,
        description =
                "Measures how many calls beyond a limit of 100 a minute several gate processes let through together.")
final class Overshoot implements Callable<Integer> {
    private static final int LIMIT = 100;
    private static final long MINUTE_MILLIS = 60_000;
    private static final long WARM_UP_MILLIS = 20_000;
    private static final String ACCOUNT = "account-";

    /** Calls begin here, so that the window before has come to rest. */
    private static final int FIRST_SECOND = 2;

    @Option(names = "--gates", defaultValue = "4", description = "Processes. Default: ${DEFAULT-VALUE}.")
    private int gates;

    @Option(
            names = "--rate",
            defaultValue = "200",
            description = "Calls a second that each is offered for each account. Default: ${DEFAULT-VALUE}.")
    private int rate;

    @Option(names = "--accounts", defaultValue = "10", description = "Accounts, 1 to 50. Default: ${DEFAULT-VALUE}.")
    private int accounts;

    @Option(
            names = "--windows",
            defaultValue = "6",
            description = "Minutes; in the first of them the gates know of each other by other accounts only. Default:"
                    + " ${DEFAULT-VALUE}.")
    private int windows;

    @Option(
            names = "--seed",
            defaultValue = "1",
            description = "Of the moments at which calls come. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(names = "--topology", paramLabel = "KEY=VALUE", description = "Setting of the topology; repeatable.")
    private Map<String, String> topology = new HashMap<>();

    public static void main(String[] args) {
        System.exit(new CommandLine(new Overshoot()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Map<String, Map<Long, Integer>> allowed = new TreeMap<>();
        List<GateProcess> children = new ArrayList<>();
        long firstWindow;
        try (Pipeline pipeline = new Pipeline(LIMIT, WindowUnit.MINUTE, topology)) {
            pipeline.assign(
                    IntStream.range(0, accounts).mapToObj(i -> ACCOUNT + i).toList());
            for (int i = 0; i < gates; i++) {
                children.add(child(pipeline, seed * 1_000 + i));
            }
            for (GateProcess child : children) {
                child.awaitReady(line -> note(line, allowed));
            }
            long now = System.currentTimeMillis();
            firstWindow = (now + WARM_UP_MILLIS) / MINUTE_MILLIS * MINUTE_MILLIS + MINUTE_MILLIS;
            for (GateProcess child : children) {
                child.begin(firstWindow);
            }
            System.out.printf("%d windows of %d accounts, seed %d%n", windows, accounts, seed);
            Pauses.millis(firstWindow + windows * MINUTE_MILLIS - 200 - now);
            children.forEach(GateProcess::close);
            // Open totals are said once a second.
            Pauses.millis(5_000);
            report(allowed, pipeline.totals(), firstWindow / 1_000);
        }
        return 0;
    }

    private GateProcess child(Pipeline pipeline, long childSeed) throws IOException {
        Map<String, String> properties = pipeline.clientProperties();
        return new GateProcess(
                OfferingGate.class,
                List.of(
                        properties.getOrDefault("bootstrap.servers", ""),
                        properties.getOrDefault("schema.registry.url", ""),
                        ACCOUNT,
                        Integer.toString(accounts),
                        Integer.toString(rate),
                        Long.toString(childSeed),
                        Integer.toString(FIRST_SECOND),
                        Long.toString(Math.max(1, 50 / accounts))));
    }

    private static synchronized void note(String line, Map<String, Map<Long, Integer>> allowed) {
        String[] words = line.split(" ");
        if (words.length == 4 && words[0].equals("ALLOWED")) {
            allowed.computeIfAbsent(words[1], account -> new TreeMap<>())
                    .merge(Long.parseLong(words[2]), Integer.parseInt(words[3]), Integer::sum);
        }
    }

    private void report(
            Map<String, Map<Long, Integer>> allowed, Map<String, Map<Long, Long>> totals, long firstWindowSeconds) {
        Map<Integer, Integer> first = new TreeMap<>();
        Map<Integer, Integer> later = new TreeMap<>();
        allowed.forEach((account, byWindow) -> byWindow.forEach((window, count) -> {
            int over = count - LIMIT;
            (window == firstWindowSeconds ? first : later).merge(over, 1, Integer::sum);
            System.out.printf(
                    "%s window %d: %d allowed, %d counted%n",
                    account,
                    (window - firstWindowSeconds) / 60 + 1,
                    count,
                    totals.getOrDefault(account, Map.of()).getOrDefault(window, 0L));
        }));
        System.out.printf(
                "calls beyond %d a minute, %d gates at %d calls/s each (calls over: windows):%n"
                        + "first window of each account: %s%n"
                        + "later windows: %s%nload average %.1f%n",
                LIMIT,
                gates,
                rate,
                first,
                later,
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }
}
