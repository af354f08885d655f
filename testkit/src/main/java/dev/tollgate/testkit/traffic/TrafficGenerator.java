package dev.tollgate.testkit.traffic;

import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.RequestEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Iterator;
import java.util.Locale;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.SplittableRandom;
import java.util.UUID;

/**
 * Makes the records of a {@link TrafficProfile}, one after the other.
 *
 * <p>Event time moves on so that the hottest account makes about {@value #HOTTEST_CALLS_PER_MINUTE} calls a minute, with
 * bursts: limits of 100 a minute are reached in some minutes and not in others. Of the records about 1 % repeat an earlier
 * event, 3 % failed, 0.3 % come minutes late, 0.1 % more than a day late, and 0.05 % are broken in one of
 * {@value #BROKEN_KINDS} ways; the first {@value #BROKEN_KINDS} hundred records hold each kind at least once. Events in
 * between are up to 15 s out of order.
 *
 * <p>Not thread-safe.
 */
public final class TrafficGenerator implements Iterator<TrafficRecord> {
    private static final int HOTTEST_CALLS_PER_MINUTE = 70;
    private static final int BROKEN_KINDS = 6;
    private static final int BROKEN_EVERY = 2_000;
    private static final int REMEMBERED = 512;
    private static final long DISORDER_MILLIS = 15_000;
    private static final long BURST_PERIOD_MILLIS = 600_000;
    private static final long BURST_MILLIS = 60_000;

    private static final Outcome[] FAILURES = {
        Outcome.AUTH_FAILED, Outcome.INVALID, Outcome.LIMITED, Outcome.SERVER_ERROR
    };

    private final TrafficProfile profile;
    private final SplittableRandom random;
    private final double[] cumulativeShares;
    private final int[] cumulativeWeights;
    private final RequestEvent[] recent = new RequestEvent[REMEMBERED];
    private final double millisPerEvent;
    private final long startMillis;
    private int made;
    private int remembered;
    private double clockMillis;

    public TrafficGenerator(TrafficProfile profile) {
        this.profile = profile;
        this.random = new SplittableRandom(profile.seed());
        this.cumulativeShares = zipfShares(profile.accounts());
        this.cumulativeWeights = new int[profile.endpoints().size()];
        int sum = 0;
        for (int i = 0; i < cumulativeWeights.length; i++) {
            sum += profile.endpoints().get(i).weight();
            cumulativeWeights[i] = sum;
        }
        this.millisPerEvent = 60_000.0 * cumulativeShares[0] / HOTTEST_CALLS_PER_MINUTE;
        this.startMillis = profile.start().toEpochMilli();
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
        RequestEvent event = event(number);
        recent[remembered++ % REMEMBERED] = event;
        return new TrafficRecord.Event(event);
    }

    private RequestEvent event(int number) {
        advance();
        int account = account();
        TrafficProfile.WeightedEndpoint endpoint = endpoint();
        RequestEvent event = new RequestEvent();
        event.setEventId(new UUID(random.nextLong(), random.nextLong()).toString());
        event.setAccountId(accountId(account));
        event.setProjectId("project-" + (1 + random.nextInt(3)));
        event.setApiKeyId("key-" + (1 + random.nextInt(4)));
        event.setEndpoint(endpoint.endpoint());
        event.setOccurredAt(Instant.ofEpochMilli(occurredAt()));
        event.setPhase(dev.tollgate.schemas.avro.Phase.COMPLETED);
        event.setOutcome(random.nextInt(100) < 3 ? FAILURES[random.nextInt(FAILURES.length)] : Outcome.SUCCESS);
        if (endpoint.maxUnits() > 0) {
            event.setUnits((long) 1 + random.nextInt(endpoint.maxUnits()));
        }
        event.setInputTokens((long) random.nextInt(3_000));
        event.setDurationMs((long) 5 + random.nextInt(200));
        event.setProducer("demo");
        event.setAttributes(number % 50 == 0 ? Map.of("region", "eu-" + (1 + random.nextInt(2))) : Map.of());
        return event;
    }

    private void advance() {
        // One minute in ten runs three times as fast: bursts that cross the limits of the hot accounts.
        boolean burst = (long) clockMillis % BURST_PERIOD_MILLIS < BURST_MILLIS;
        clockMillis += burst ? millisPerEvent / 3 : millisPerEvent;
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
        RequestEvent event = event(number);
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
                event.setOccurredAt(event.getOccurredAt().plus(Duration.ofDays(400)));
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

    private TrafficProfile.WeightedEndpoint endpoint() {
        int point = random.nextInt(cumulativeWeights[cumulativeWeights.length - 1]);
        int i = 0;
        while (cumulativeWeights[i] <= point) {
            i++;
        }
        return profile.endpoints().get(i);
    }

    private static double[] zipfShares(int accounts) {
        double[] shares = new double[accounts];
        double sum = 0;
        for (int i = 0; i < accounts; i++) {
            sum += 1.0 / (i + 1);
            shares[i] = sum;
        }
        for (int i = 0; i < accounts; i++) {
            shares[i] /= sum;
        }
        shares[accounts - 1] = 1;
        return shares;
    }
}
