package dev.tollgate.testkit.oracle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.engine.AccountSnapshot;
import dev.tollgate.engine.AccountState;
import dev.tollgate.engine.AccountingEngine;
import dev.tollgate.engine.EngineSettings;
import dev.tollgate.engine.index.InMemoryEventIndex;
import dev.tollgate.engine.index.JournalCodec;
import dev.tollgate.engine.input.AccountChange;
import dev.tollgate.engine.input.AccountInput;
import dev.tollgate.engine.input.Input;
import dev.tollgate.engine.input.Phase;
import dev.tollgate.engine.input.Position;
import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.engine.input.Tick;
import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.engine.output.Outputs;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.engine.output.UsageTotal;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Limit;
import dev.tollgate.planmodel.Meter;
import dev.tollgate.planmodel.Mode;
import dev.tollgate.planmodel.Outcome;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.planmodel.Plans;
import dev.tollgate.planmodel.Scope;
import dev.tollgate.planmodel.Threshold;
import dev.tollgate.planmodel.pricing.Cost;
import dev.tollgate.planmodel.pricing.CostTable;
import dev.tollgate.planmodel.pricing.EndpointPattern;
import dev.tollgate.planmodel.pricing.PerCallCap;
import dev.tollgate.planmodel.time.WindowUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Whatever comes: extreme numbers, missing and huge texts, unknown symbols, impossible times. It is applied or it is
 * rejected with a reason; nothing is thrown, nothing is negative, and what is rejected leaves everything as it was.
 */
class HostileInputTest {
    private static final long CLOCK = 1_772_323_140_000L;
    private static final long DAY = 86_400_000L;
    private static final List<Long> NUMBERS = List.of(
            Long.MIN_VALUE,
            Long.MIN_VALUE + 1,
            -DAY,
            -1L,
            0L,
            1L,
            2L,
            59_999L,
            1_000_000_001L,
            1_000_000_000_000L,
            1_000_000_000_001L,
            253_402_300_799_999L,
            253_402_300_800_000L,
            Amount.MAX_UNITS,
            1L << 60,
            1L << 61,
            Long.MAX_VALUE - 60_000,
            Long.MAX_VALUE - 1,
            Long.MAX_VALUE);

    /** Texts come out of UTF-8: half a surrogate pair is not among them. */
    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "a",
            "*",
            "\0",
            "é",
            "\uD83D\uDE00",
            "x".repeat(128),
            "x".repeat(129),
            "/" + "y/".repeat(300),
            "z".repeat(70_000));

    @Test
    void givenAnythingAtAll_whenApplied_thenItIsAppliedOrRejectedAndNothingIsThrown() {
        Seeds.forAll(random -> new History(random).run(30));
    }

    private static final class History implements Outputs {
        private final SplittableRandom random;
        private final List<PlanVersion> versions;
        private final Plans plans;
        private final AccountingEngine engine;
        private final InMemoryEventIndex index = new InMemoryEventIndex();
        private AccountState state = AccountState.empty("acme");
        private long clock = CLOCK;
        private int journaled;
        private int rejected;
        private int otherOutputs;

        private History(SplittableRandom random) {
            this.random = random;
            List<Limit> limits = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                limits.add(limit("limit-" + i));
            }
            this.versions = new ArrayList<>();
            for (String planId : List.of("plan-a", "plan-b")) {
                versions.add(version(planId, 1, 0, limits));
                versions.add(version(planId, 2, CLOCK + random.nextInt(120_000), limits));
            }
            this.plans = Plans.of(versions);
            this.engine = new AccountingEngine(new EngineSettings(
                    List.of(0L, 60_000L, DAY).get(random.nextInt(3)),
                    List.of(60_000L, DAY, 400 * DAY).get(random.nextInt(3)),
                    random.nextBoolean() ? null : "plan-a",
                    List.of(1, 2, 1_000).get(random.nextInt(3))));
        }

        private PlanVersion version(String planId, int number, long effectiveFrom, List<Limit> limits) {
            return new PlanVersion(
                    planId,
                    number,
                    effectiveFrom,
                    random.nextInt(2) * DAY,
                    planId,
                    List.of(
                            new Meter("requests", "request", CostTable.flat(random.nextInt(3))),
                            new Meter(
                                    "credits",
                                    "credit",
                                    new CostTable(
                                            new Cost(Cost.MAX * random.nextInt(2), Cost.MAX, 1),
                                            List.of(new CostTable.Entry(
                                                    EndpointPattern.of("/cheap"),
                                                    new Cost(0, 1, 1 + random.nextInt(3))))))),
                    limits.stream().map(this::again).toList(),
                    List.of(new PerCallCap(EndpointPattern.of("/cheap"), PerCallCap.Dimension.INPUT_TOKENS, 0)),
                    PlanVersion.DEFAULT_CONSUMPTION);
        }

        /** The same limit with another amount. */
        private Limit again(Limit limit) {
            return new Limit(
                    limit.id(),
                    limit.meterId(),
                    amount(limit.algorithm()),
                    limit.algorithm(),
                    limit.scope(),
                    limit.mode(),
                    limit.thresholds(),
                    limit.graceMillis());
        }

        private Amount amount(Algorithm algorithm) {
            long max = algorithm.maxAmount();
            return switch (random.nextInt(5)) {
                case 0 -> Amount.unlimited();
                case 1 -> Amount.of(max);
                case 2 -> Amount.of(0);
                default -> Amount.of(Math.min(max, 1 + random.nextInt(5)));
            };
        }

        private Limit limit(String id) {
            long period = List.of(60L, 60_000L, Algorithm.MAX_PERIOD_MILLIS).get(random.nextInt(3));
            Algorithm algorithm = switch (random.nextInt(5)) {
                case 0 -> new Algorithm.LeakyBucket(period);
                case 1 -> new Algorithm.SlidingWindow(period);
                case 2 -> new Algorithm.Concurrency(period);
                default -> new Algorithm.FixedWindow(WindowUnit.values()[random.nextInt(5)]);
            };
            return new Limit(
                    id,
                    random.nextBoolean() ? "requests" : "credits",
                    amount(algorithm),
                    algorithm,
                    Scope.values()[random.nextInt(3)],
                    Mode.values()[random.nextInt(2)],
                    List.of(
                            new Threshold(Threshold.Kind.USED_AT_LEAST, 1 + random.nextInt(10_000)),
                            new Threshold(Threshold.Kind.REMAINING_BELOW, 1 + random.nextInt(10_000))),
                    List.of(0L, 1_000L, DAY).get(random.nextInt(3)));
        }

        private void run(int inputs) {
            for (int i = 0; i < inputs; i++) {
                clock += random.nextInt(10) == 0 ? random.nextLong(3 * DAY) : random.nextInt(5_000);
                Input input = switch (random.nextInt(8)) {
                    case 0 -> new Tick(random.nextBoolean() ? clock : number());
                    case 1, 2 -> command("command-" + i);
                    default -> request("event-" + random.nextInt(20));
                };
                apply(input);
            }
        }

        private void apply(Input input) {
            byte[] before = state.encode();
            int remembered = index.size();
            journaled = 0;
            rejected = 0;
            otherOutputs = 0;

            engine.apply(state, input, plans, index, this);

            assertThat(rejected).as("rejections of %s", input).isLessThanOrEqualTo(1);
            if (input instanceof RequestInput) {
                assertThat(journaled + rejected).as("verdicts on %s", input).isEqualTo(1);
            }
            if (rejected > 0) {
                assertThat(journaled + otherOutputs)
                        .as("said beside a rejection of %s", input)
                        .isZero();
                assertThat(state.encode())
                        .as("state after a rejection of %s", input)
                        .isEqualTo(before);
                assertThat(index.size()).isEqualTo(remembered);
            }
            byte[] encoded = state.encode();
            AccountState copy = AccountState.decode(encoded);
            assertThat(copy.encode()).as("state read back after %s", input).isEqualTo(encoded);
            engine.openTotals(state, plans, this);
            check(engine.snapshot(state, plans, number()));
            check(engine.snapshot(state, plans, clock));
            AccountingEngine.nextDeadline(state);
            if (random.nextInt(4) == 0) {
                state = copy;
            }
        }

        private static void check(AccountSnapshot snapshot) {
            for (AccountSnapshot.Bucket bucket : snapshot.buckets()) {
                assertThat(bucket.used()).as("used of %s", bucket).isNotNegative();
                assertThat(bucket.remaining()).as("remaining of %s", bucket).isNotNegative();
                assertThat(bucket.hardReached() && bucket.mode() == Mode.ENFORCE)
                        .isEqualTo(bucket.blockedUntilMillis() != null);
            }
        }

        private Input request(String id) {
            boolean sane = random.nextBoolean();
            return new RequestInput(
                    sane ? id : text(id),
                    sane || random.nextInt(4) > 0 ? "acme" : List.of("", " ").get(random.nextInt(2)),
                    text("project"),
                    text("key"),
                    random.nextBoolean() ? "/cheap" : sane ? "/dear" : text("/dear"),
                    sane ? clock - random.nextInt(90_000) : number(),
                    sane ? Phase.values()[random.nextInt(2)] : Phase.values()[random.nextInt(3)],
                    sane ? Outcome.SUCCESS : Outcome.values()[random.nextInt(Outcome.values().length)],
                    random.nextBoolean() ? null : number(),
                    random.nextInt(4) > 0 ? null : number(),
                    random.nextInt(4) > 0 ? null : number(),
                    sane ? clock : number(),
                    new Position("events", random.nextInt(3) - 1, number()));
        }

        private AccountInput command(String id) {
            boolean sane = random.nextInt(3) > 0;
            return new AccountInput(
                    sane ? id : text(id),
                    "acme",
                    sane ? clock + random.nextInt(120_000) - 60_000 : number(),
                    sane ? clock : number(),
                    sane ? null : text("reason"),
                    sane ? null : text("actor"),
                    change(),
                    new Position("commands", 0, number()));
        }

        private AccountChange change() {
            String limitId = random.nextInt(6) == 0 ? anyText() : "limit-" + random.nextInt(5);
            return switch (random.nextInt(10)) {
                case 0, 1 ->
                    new AccountChange.PlanAssigned(
                            random.nextInt(6) == 0
                                    ? anyText()
                                    : versions.get(random.nextInt(versions.size()))
                                            .planId(),
                            AccountChange.Carry.values()[random.nextInt(3)]);
                case 2 ->
                    new AccountChange.OverrideSet(
                            limitId,
                            random.nextBoolean()
                                    ? amount(new Algorithm.FixedWindow(WindowUnit.DAY))
                                    : Amount.of(random.nextInt(9)));
                case 3 -> new AccountChange.OverrideRemoved(limitId);
                case 4 -> new AccountChange.ExemptionSet(random.nextBoolean());
                case 5 ->
                    new AccountChange.Suspended(
                            random.nextBoolean() ? null : random.nextBoolean() ? clock + 60_000 : number());
                case 6 -> new AccountChange.Reinstated();
                case 7 -> new AccountChange.Unrecognized(anyText());
                default ->
                    new AccountChange.Correction(
                            random.nextInt(8) == 0 ? anyText() : "event-" + random.nextInt(20),
                            random.nextBoolean() ? null : amendment());
            };
        }

        private AccountChange.Amendment amendment() {
            return new AccountChange.Amendment(
                    random.nextBoolean() ? null : random.nextBoolean() ? "/cheap" : anyText(),
                    random.nextBoolean() ? null : Outcome.values()[random.nextInt(Outcome.values().length)],
                    random.nextBoolean() ? null : number(),
                    random.nextInt(4) > 0 ? null : number(),
                    random.nextInt(4) > 0 ? null : number());
        }

        private long number() {
            return switch (random.nextInt(3)) {
                case 0 -> NUMBERS.get(random.nextInt(NUMBERS.size()));
                case 1 -> random.nextInt(1_000);
                default -> clock - random.nextInt(120_000);
            };
        }

        private @Nullable String text(String sane) {
            return switch (random.nextInt(4)) {
                case 0 -> null;
                case 1 -> anyText();
                default -> sane + random.nextInt(4);
            };
        }

        private String anyText() {
            return TEXTS.get(random.nextInt(TEXTS.size()));
        }

        @Override
        public void journal(JournalEntry entry) {
            journaled++;
            byte[] bytes = JournalCodec.encode(entry);
            String id = String.valueOf(entry.request().eventId());
            JournalEntry back = JournalCodec.decode("acme", id, bytes);
            assertThat(Arrays.equals(JournalCodec.encode(back), bytes)).isTrue();
            entry.costs().asMap().forEach((meter, cost) -> assertThat(cost).isNotNegative());
        }

        @Override
        public void total(UsageTotal total) {
            otherOutputs++;
            assertThat(total.used()).as("used of %s", total).isNotNegative();
        }

        @Override
        public void limitEvent(LimitEvent event) {
            otherOutputs++;
            LimitEvent.Bucket bucket = event.bucket();
            if (bucket != null) {
                assertThat(bucket.used()).as("used in %s", event).isNotNegative();
                assertThat(bucket.overshoot()).as("overshoot in %s", event).isNotNegative();
            }
        }

        @Override
        public void rejected(RejectionReason reason, String detail) {
            rejected++;
            assertThat(detail.length()).as("length of the reason").isLessThan(1_000);
        }
    }
}
