package dev.tollgate.testkit.traffic;

import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Phase;
import dev.tollgate.schemas.avro.RequestEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * Makes the records of a {@link TrafficProfile}, one after the other.
 *
 * <p>Event time moves on so that each workload's hottest account makes its calls a minute; one minute in ten runs three
 * times as fast. Of the records about 1 % repeat an earlier event, 3 % failed, 0.3 % come minutes late, 0.1 % more than
 * a day late, and 0.05 % are broken in one of {@value #BROKEN_KINDS} ways; the first {@value #BROKEN_KINDS} hundred
 * records hold each kind at least once. Events in between are up to 15 s out of order. A call that reports its start
 * reports its end later, but for one in {@value #ENDS_LOST_ONE_IN}, whose end is lost.
 *
 * <p>Not thread-safe.
 */
public final class TrafficGenerator implements Iterator<TrafficRecord> {
    private static final int BROKEN_KINDS = 6;
    private static final int BROKEN_EVERY = 2_000;
    private static final int ENDS_LOST_ONE_IN = 50;
    private static final int REMEMBERED = 512;
    private static final long DISORDER_MILLIS = 15_000;
    private static final long BURST_PERIOD_MILLIS = 600_000;
    private static final long BURST_MILLIS = 60_000;
    private static final int BURST_FACTOR = 3;
    /** Ahead of any clock that this runs by. */
    private static final Duration FAR_AHEAD = Duration.ofDays(40_000);

    private static final Outcome[] FAILURES = {
        Outcome.AUTH_FAILED, Outcome.INVALID, Outcome.LIMITED, Outcome.SERVER_ERROR
    };

    private final TrafficProfile profile;
    private final SplittableRandom random;
    private final double[] cumulativeShares;
    private final List<int[]> cumulativeWeights;
    private final RequestEvent[] recent = new RequestEvent[REMEMBERED];
    private final PriorityQueue<Ending> endings = new PriorityQueue<>();
    private final double millisPerCall;
    private final long startMillis;
    private int made;
    private int remembered;
    private double clockMillis;

    /** The end of a call, to be published when the clock has reached a moment. */
    private record Ending(double dueMillis, int number, RequestEvent event) implements Comparable<Ending> {
        @Override
        public int compareTo(Ending other) {
            int byTime = Double.compare(dueMillis, other.dueMillis);
            return byTime != 0 ? byTime : Integer.compare(number, other.number);
        }
    }

    public TrafficGenerator(TrafficProfile profile) {
        this.profile = profile;
        this.random = new SplittableRandom(profile.seed());
        this.cumulativeShares = shares(profile);
        this.cumulativeWeights = profile.workloads().stream()
                .map(TrafficGenerator::cumulativeWeights)
                .toList();
        this.millisPerCall = 60_000 / callsPerMinute(profile);
        this.startMillis = profile.start().toEpochMilli();
    }

    /** How much event time the traffic of a profile takes at most, without the calls that come late. */
    public static Duration longest(TrafficProfile profile) {
        double fastestMinutes = profile.events() / callsPerMinute(profile);
        return Duration.ofMillis((long) Math.ceil(fastestMinutes * 60_000));
    }

    /** Id of an account by its rank, 0 being the hottest: {@code acme-00001}, {@code acme-00002} and so on. */
    public static String accountId(int rank) {
        return String.format(Locale.ROOT, "acme-%05d", rank + 1);
    }

    /** Event time that the traffic has reached. */
    public Instant now() {
        return Instant.ofEpochMilli(startMillis + (long) clockMillis);
    }

    @Override
    public boolean hasNext() {
        return made < profile.events();
    }

    @Override
    public TrafficRecord next() {
        if (!hasNext()) {
            throw new NoSuchElementException("all " + profile.events() + " records are made");
        }
        int number = made++;
        int lap = number % BROKEN_EVERY;
        // One broken record in each lap, of each kind in turn; in the first lap one of each kind.
        if (number < BROKEN_EVERY ? lap % 100 == 99 && lap / 100 < BROKEN_KINDS : lap == BROKEN_EVERY - 1) {
            return broken(number, number < BROKEN_EVERY ? lap / 100 : (number / BROKEN_EVERY) % BROKEN_KINDS);
        }
        if (remembered > 0 && random.nextInt(100) == 0) {
            return new TrafficRecord.Event(recent[random.nextInt(Math.min(remembered, REMEMBERED))]);
        }
        Ending ending = endings.peek();
        if (ending != null && ending.dueMillis() <= clockMillis) {
            endings.remove();
            return said(ending.event());
        }
        advance();
        int account = account();
        RequestEvent event = event(number, account);
        TrafficProfile.Workload workload = profile.workloadOf(account);
        if (workload.startedPercent() > 0 && random.nextInt(100) < workload.startedPercent()) {
            return said(started(event, workload, number));
        }
        return said(event);
    }

    private TrafficRecord said(RequestEvent event) {
        recent[remembered++ % REMEMBERED] = event;
        return new TrafficRecord.Event(event);
    }

    /** The start of a call. Its end follows when it has taken its time. */
    private RequestEvent started(RequestEvent call, TrafficProfile.Workload workload, int number) {
        long took = 1 + random.nextLong(2L * workload.meanCallMillis());
        RequestEvent start = new RequestEvent();
        start.setEventId(call.getEventId());
        start.setAccountId(call.getAccountId());
        start.setProjectId(call.getProjectId());
        start.setApiKeyId(call.getApiKeyId());
        start.setEndpoint(call.getEndpoint());
        start.setOccurredAt(call.getOccurredAt());
        start.setPhase(Phase.STARTED);
        start.setOutcome(Outcome.SUCCESS);
        start.setProducer(call.getProducer());
        start.setAttributes(call.getAttributes());
        if (random.nextInt(ENDS_LOST_ONE_IN) > 0) {
            call.setOccurredAt(call.getOccurredAt().plusMillis(took));
            call.setDurationMs(took);
            endings.add(new Ending(clockMillis + took, number, call));
        }
        return start;
    }

    private RequestEvent event(int number, int account) {
        TrafficProfile.WeightedEndpoint endpoint = endpoint(account);
        RequestEvent event = new RequestEvent();
        event.setEventId(new UUID(random.nextLong(), random.nextLong()).toString());
        event.setAccountId(accountId(account));
        event.setProjectId("project-" + (1 + random.nextInt(3)));
        // One key does most of the work, as shared keys go.
        event.setApiKeyId("key-" + (random.nextBoolean() ? 1 : 1 + random.nextInt(4)));
        event.setEndpoint(endpoint.endpoint());
        event.setOccurredAt(Instant.ofEpochMilli(occurredAt()));
        event.setPhase(Phase.COMPLETED);
        event.setOutcome(random.nextInt(100) < 3 ? FAILURES[random.nextInt(FAILURES.length)] : Outcome.SUCCESS);
        if (endpoint.maxUnits() > 0) {
            event.setUnits(1 + random.nextLong(endpoint.maxUnits()));
        }
        if (endpoint.maxInputTokens() > 0) {
            event.setInputTokens(random.nextLong(endpoint.maxInputTokens() + 1));
        }
        if (endpoint.maxOutputItems() > 0) {
            event.setOutputItems(random.nextLong(endpoint.maxOutputItems() + 1));
        }
        event.setDurationMs((long) 5 + random.nextInt(200));
        event.setProducer("demo");
        event.setAttributes(number % 50 == 0 ? Map.of("region", "eu-" + (1 + random.nextInt(2))) : Map.of());
        return event;
    }

    private void advance() {
        // Bursts cross the limits that the hot accounts otherwise only come near.
        boolean burst = (long) clockMillis % BURST_PERIOD_MILLIS < BURST_MILLIS;
        clockMillis += burst ? millisPerCall / BURST_FACTOR : millisPerCall;
    }

    private long occurredAt() {
        long now = startMillis + (long) clockMillis;
        int kind = random.nextInt(1_000);
        if (kind == 0) {
            return now
                    - Duration.ofHours(25).toMillis()
                    - random.nextLong(Duration.ofHours(10).toMillis());
        }
        if (kind <= 3) {
            return now
                    - Duration.ofMinutes(3).toMillis()
                    - random.nextLong(Duration.ofHours(2).toMillis());
        }
        return now - random.nextLong(DISORDER_MILLIS);
    }

    private TrafficRecord broken(int number, int kind) {
        advance();
        RequestEvent event = event(number, account());
        String account = event.getAccountId();
        return switch (kind) {
            case 0 ->
                new TrafficRecord.Malformed(
                        account, "{\"not\":\"avro\"}".getBytes(StandardCharsets.UTF_8), "MALFORMED");
            case 1 -> new TrafficRecord.Malformed(account, new byte[] {0, 0, 1}, "MALFORMED");
            case 2 ->
                new TrafficRecord.Malformed(
                        account, new byte[] {0, 0x7f, (byte) 0xff, (byte) 0xff, (byte) 0xfe, 2, 65}, "UNKNOWN_SCHEMA");
            case 3 -> {
                event.setAccountId("");
                yield new TrafficRecord.Impossible(null, event, "MISSING_ACCOUNT_ID");
            }
            case 4 -> {
                event.setEndpoint("");
                yield new TrafficRecord.Impossible(account, event, "MISSING_ENDPOINT");
            }
            default -> {
                event.setOccurredAt(event.getOccurredAt().plus(FAR_AHEAD));
                yield new TrafficRecord.Impossible(account, event, "FUTURE_EVENT");
            }
        };
    }

    private int account() {
        double point = random.nextDouble();
        int low = 0;
        int high = cumulativeShares.length - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (cumulativeShares[middle] < point) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    private TrafficProfile.WeightedEndpoint endpoint(int account) {
        int[] weights = cumulativeWeights.get(account % cumulativeWeights.size());
        int point = random.nextInt(weights[weights.length - 1]);
        int i = 0;
        while (weights[i] <= point) {
            i++;
        }
        return profile.workloadOf(account).endpoints().get(i);
    }

    private static int[] cumulativeWeights(TrafficProfile.Workload workload) {
        int[] weights = new int[workload.endpoints().size()];
        int sum = 0;
        for (int i = 0; i < weights.length; i++) {
            sum += workload.endpoints().get(i).weight();
            weights[i] = sum;
        }
        return weights;
    }

    /**
     * Calls of an account in a minute: its workload's hottest has the full rate, the next one half of it, then a third.
     */
    private static double callsPerMinute(TrafficProfile profile, int rank) {
        return (double) profile.workloadOf(rank).hottestCallsPerMinute()
                / (1 + rank / profile.workloads().size());
    }

    private static double callsPerMinute(TrafficProfile profile) {
        double sum = 0;
        for (int i = 0; i < profile.accounts(); i++) {
            sum += callsPerMinute(profile, i);
        }
        return sum;
    }

    private static double[] shares(TrafficProfile profile) {
        double all = callsPerMinute(profile);
        double[] shares = new double[profile.accounts()];
        double sum = 0;
        for (int i = 0; i < shares.length; i++) {
            sum += callsPerMinute(profile, i);
            shares[i] = sum / all;
        }
        shares[shares.length - 1] = 1;
        return shares;
    }
}
