package dev.tollgate.benchmarks.pipeline;

import dev.tollgate.benchmarks.Pauses;
import dev.tollgate.gate.Gate;
import dev.tollgate.gate.GateConfig;
import dev.tollgate.publisher.PublisherConfig;
import dev.tollgate.publisher.RequestEventPublisher;
import dev.tollgate.publisher.UsageCall;
import java.time.Instant;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * A process of a service: calls come in at random moments (exponential gaps), the gate is asked, and calls that it lets
 * through are published. At the end it says how many went ahead: {@code ALLOWED account windowStartSeconds count}.
 * Arguments: bootstrap servers, registry URL, prefix of the accounts, their number, calls a second for each, seed,
 * second of the minute at which the first account begins, seconds between two accounts' beginnings.
 */
final class OfferingGate {
    /** Begins the accounts that are called until the measurement begins. */
    static final String WARM_UP = "warm-up-";

    private static final long MINUTE_MILLIS = 60_000;

    private OfferingGate() {}

    private record Arrival(long atMicros, int account) {}

    public static void main(String[] args) throws InterruptedException {
        Map<String, String> gateSettings = Map.of("kafka.bootstrap-servers", args[0], "registry.url", args[1]);
        Map<String, String> publisherSettings =
                Map.of("bootstrap.servers", args[0], "schema.registry.url", args[1], "linger.ms", "1");
        int accounts = Integer.parseInt(args[3]);
        double perSecond = Double.parseDouble(args[4]);
        SplittableRandom random = new SplittableRandom(Long.parseLong(args[5]));
        long firstSecond = Long.parseLong(args[6]);
        long stagger = Long.parseLong(args[7]);
        Map<String, Integer> allowed = new TreeMap<>();
        try (Gate gate = Gate.of(GateConfig.from(gateSettings));
                RequestEventPublisher publisher =
                        RequestEventPublisher.start(PublisherConfig.from(publisherSettings))) {
            if (!gate.start()) {
                throw new IllegalStateException("the gate did not become ready in time");
            }
            PriorityQueue<Arrival> arrivals = new PriorityQueue<>((a, b) -> Long.compare(a.atMicros(), b.atMicros()));
            for (int i = 0; i < accounts; i++) {
                arrivals.add(new Arrival(Pauses.nowMicros() + gapMicros(random, perSecond), i));
            }
            System.out.println(GateProcess.READY);
            while (!ParentSignal.isEnded()) {
                Arrival arrival = arrivals.remove();
                long wait = arrival.atMicros() - Pauses.nowMicros();
                if (wait > 0) {
                    Pauses.untilNanos(System.nanoTime() + wait * 1_000);
                }
                arrivals.add(new Arrival(arrival.atMicros() + gapMicros(random, perSecond), arrival.account()));
                long now = System.currentTimeMillis();
                long inMinute = now % MINUTE_MILLIS / 1_000;
                if (inMinute < firstSecond + stagger * arrival.account()) {
                    continue;
                }
                boolean begun = now >= ParentSignal.beginMillis();
                String account = (begun ? args[2] : WARM_UP + args[2]) + arrival.account();
                if (gate.check(account, Pipeline.ENDPOINT).allowed()) {
                    if (!publisher.publish(
                            UsageCall.of(account, Pipeline.ENDPOINT).occurredAt(Instant.ofEpochMilli(now)))) {
                        throw new IllegalStateException("the publisher dropped an event: " + publisher.counters());
                    }
                    if (begun) {
                        allowed.merge(account + " " + (now - now % MINUTE_MILLIS) / 1_000, 1, Integer::sum);
                    }
                }
            }
        }
        allowed.forEach((window, count) -> System.out.println("ALLOWED " + window + " " + count));
    }

    private static long gapMicros(SplittableRandom random, double perSecond) {
        return (long) (-Math.log(1 - random.nextDouble()) * 1e6 / perSecond);
    }
}
