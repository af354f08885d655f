package dev.tollgate.engine;

import static dev.tollgate.engine.TestingAccount.DAY;
import static dev.tollgate.engine.TestingAccount.HOUR;
import static dev.tollgate.engine.TestingAccount.MINUTE;
import static dev.tollgate.engine.TestingAccount.NOON;
import static dev.tollgate.engine.TestingAccount.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.engine.input.AccountChange;
import dev.tollgate.engine.input.AccountChange.Carry;
import dev.tollgate.engine.input.Phase;
import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.engine.output.Provenance;
import dev.tollgate.engine.output.UsageTotal;
import dev.tollgate.planmodel.Algorithm;
import dev.tollgate.planmodel.Amount;
import dev.tollgate.planmodel.Limit;
import dev.tollgate.planmodel.Meter;
import dev.tollgate.planmodel.Mode;
import dev.tollgate.planmodel.Outcome;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.planmodel.Scope;
import dev.tollgate.planmodel.Threshold;
import dev.tollgate.planmodel.pricing.Cost;
import dev.tollgate.planmodel.pricing.CostTable;
import dev.tollgate.planmodel.pricing.EndpointPattern;
import dev.tollgate.planmodel.pricing.PerCallCap;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Everything that mixed histories lead to, word for word, as it is stored in {@code golden}. That it is right is held
 * by the oracle in the testkit; here it is held that it stays as it is. A change of behaviour on purpose writes the
 * files anew with {@code -Dtollgate.golden=write}, and its commit explains the lines that differ.
 */
class GoldenHistoryTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void givenMixedHistory_whenReplayed_thenEverySingleOutputIsTheStoredOne(int number) throws IOException {
        List<String> lines = new History(number).replay(120);

        if ("write".equals(System.getProperty("tollgate.golden"))) {
            Files.write(Path.of("src/test/resources/golden/history-" + number + ".txt"), lines);
        }
        assertThat(lines).isEqualTo(stored(number));
    }

    private static List<String> stored(int number) {
        String name = "/golden/history-" + number + ".txt";
        try (InputStream text = Objects.requireNonNull(GoldenHistoryTest.class.getResourceAsStream(name), name)) {
            return new String(text.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class History {
        private static final Meter CREDITS = new Meter(
                "credits",
                "credit",
                new CostTable(
                        Cost.flat(2),
                        List.of(
                                new CostTable.Entry(EndpointPattern.of("/dear"), Cost.flat(7)),
                                new CostTable.Entry(EndpointPattern.of("POST /import"), new Cost(1, 2, 3)),
                                new CostTable.Entry(EndpointPattern.of("/free"), Cost.flat(0)))));

        private final SplittableRandom random;
        private final TestingAccount account;
        private final List<String> lines = new ArrayList<>();
        private long clock = NOON;

        private History(int number) {
            this.random = new SplittableRandom(number);
            PlanVersion small = plan("small", 1, 0, 1);
            this.account = new TestingAccount(
                    new EngineSettings(MINUTE, DAY, number % 2 == 0 ? "small" : null, 2),
                    small,
                    plan("small", 2, NOON + 20 * MINUTE, 2),
                    plan("large", 1, 0, 3),
                    TestingPlans.plan(
                            "bare",
                            1,
                            0,
                            List.of(TestingPlans.REQUESTS, CREDITS),
                            small.limits().getFirst()));
        }

        private static PlanVersion plan(String id, int version, long effectiveFrom, int size) {
            List<Threshold> warnings = List.of(Threshold.usedPercent(50), Threshold.remainingBelowPercent(20));
            return new PlanVersion(
                    id,
                    version,
                    effectiveFrom,
                    10 * MINUTE,
                    id,
                    List.of(TestingPlans.REQUESTS, CREDITS),
                    List.of(
                            Limit.enforced("per-minute", "requests", 6L * size, TestingPlans.MINUTE),
                            new Limit(
                                    "project-day",
                                    "credits",
                                    Amount.of(40L * size),
                                    TestingPlans.DAY,
                                    Scope.PROJECT,
                                    Mode.ENFORCE,
                                    warnings,
                                    HOUR),
                            new Limit(
                                    "leaky",
                                    "credits",
                                    size == 3 ? Amount.unlimited() : Amount.of(10L * size),
                                    new Algorithm.LeakyBucket(MINUTE),
                                    Scope.ACCOUNT,
                                    Mode.ENFORCE,
                                    size == 3 ? List.of() : warnings,
                                    30 * SECOND),
                            new Limit(
                                    "sliding",
                                    "requests",
                                    Amount.of(5L * size),
                                    new Algorithm.SlidingWindow(MINUTE),
                                    Scope.API_KEY,
                                    size == 2 ? Mode.ADVISORY : Mode.ENFORCE,
                                    warnings,
                                    0),
                            new Limit(
                                    "in-flight",
                                    "requests",
                                    Amount.of(size),
                                    new Algorithm.Concurrency(20 * SECOND),
                                    Scope.ACCOUNT,
                                    Mode.ENFORCE,
                                    List.of(),
                                    0)),
                    List.of(new PerCallCap(EndpointPattern.of("/dear"), PerCallCap.Dimension.INPUT_TOKENS, 100)),
                    PlanVersion.DEFAULT_CONSUMPTION);
        }

        private List<String> replay(int inputs) {
            account.command(NOON, new AccountChange.PlanAssigned("small", Carry.KEEP));
            emit("assigned");
            for (int i = 0; i < inputs; i++) {
                clock += random.nextInt(25) == 0 ? random.nextLong(HOUR) : random.nextInt(4_000);
                int kind = random.nextInt(20);
                if (kind < 14) {
                    RequestInput request = request(i);
                    account.send(request);
                    emit("#" + i + " " + request.phase() + " " + request.eventId() + " " + request.endpoint() + " at "
                            + (request.occurredAtMillis() - NOON));
                } else if (kind < 16) {
                    AccountChange change = correction();
                    account.command("command-" + i % 50, clock, clock, change);
                    emit("#" + i + " " + change);
                } else if (kind < 19) {
                    AccountChange change = change();
                    long effectiveAt = clock + (random.nextInt(3) - 1) * random.nextInt(60_000);
                    account.command("command-" + i, effectiveAt, clock, change);
                    emit("#" + i + " " + change + " from " + (effectiveAt - NOON));
                } else {
                    account.tick(clock);
                    emit("#" + i + " tick " + (clock - NOON));
                }
                if (i % 20 == 19) {
                    saySnapshot(account.snapshot(clock));
                    lines.add("  deadline " + AccountingEngine.nextDeadline(account.state));
                    lines.add("  state " + HexFormat.of().formatHex(account.state.encode()));
                    account.state = account.state.copy();
                }
            }
            account.call("last", clock + 40 * DAY);
            emit("last");
            return lines;
        }

        private RequestInput request(int number) {
            String id = random.nextInt(5) == 0 ? "e" + random.nextInt(number + 1) : "e" + number;
            long time = clock - (random.nextInt(4) == 0 ? random.nextInt(90_000) : random.nextInt(1_000));
            List<String> endpoints = List.of("/dear", "POST /import", "/other", "/other", "/free");
            RequestInput request = account.request(
                    id,
                    time,
                    endpoints.get(random.nextInt(endpoints.size())),
                    random.nextInt(8) == 0 ? Outcome.SERVER_ERROR : Outcome.SUCCESS,
                    random.nextBoolean() ? null : (long) random.nextInt(9));
            request = Requested.by(request, nullable("project-", 4), nullable("key-", 2));
            request = Requested.sized(
                    request, request.units(), random.nextBoolean() ? null : 95L + random.nextInt(10), null);
            return random.nextInt(4) == 0 ? Requested.ended(request, Phase.STARTED, Outcome.SUCCESS) : request;
        }

        private @Nullable String nullable(String prefix, int count) {
            return random.nextInt(4) == 0 ? null : prefix + random.nextInt(count);
        }

        private AccountChange correction() {
            String target = "e" + random.nextInt(100);
            return random.nextBoolean()
                    ? new AccountChange.Correction(target, null)
                    : new AccountChange.Correction(
                            target,
                            new AccountChange.Amendment(
                                    random.nextBoolean() ? "/dear" : null,
                                    random.nextInt(3) == 0 ? Outcome.SUCCESS : null,
                                    random.nextBoolean() ? (long) random.nextInt(9) : null,
                                    random.nextBoolean() ? 99L + random.nextInt(4) : null,
                                    null));
        }

        private AccountChange change() {
            List<String> limits = List.of("per-minute", "project-day", "leaky", "sliding", "in-flight");
            String limit = limits.get(random.nextInt(limits.size()));
            return switch (random.nextInt(9)) {
                case 0, 1, 2 ->
                    new AccountChange.PlanAssigned(
                            List.of("small", "large", "bare").get(random.nextInt(3)),
                            Carry.values()[random.nextInt(3)]);
                case 3, 4 ->
                    new AccountChange.OverrideSet(
                            limit, random.nextInt(4) == 0 ? Amount.unlimited() : Amount.of(random.nextInt(12)));
                case 5 -> new AccountChange.OverrideRemoved(limit);
                case 6 -> new AccountChange.ExemptionSet(random.nextBoolean());
                case 7 -> new AccountChange.Suspended(random.nextBoolean() ? null : clock + 90_000);
                default -> new AccountChange.Reinstated();
            };
        }

        /** An input and all that followed from it. */
        private void emit(String input) {
            lines.add(input);
            int journaled = 0;
            int totals = 0;
            int events = 0;
            int rejections = 0;
            for (String said : account.said) {
                if (said.startsWith("REJECTED")) {
                    lines.add("  " + said + ": " + account.rejectionDetails.get(rejections++));
                } else if (said.startsWith("CLOSED") || said.startsWith("OPEN")) {
                    lines.add("  " + line(account.totals.get(totals++)));
                } else if (events < account.limitEvents.size()
                        && said.startsWith(
                                account.limitEvents.get(events).kind().name())) {
                    lines.add("  " + line(account.limitEvents.get(events++)));
                } else {
                    lines.add("  " + line(account.journal.get(journaled++)));
                }
            }
            account.forget();
        }

        private static String line(JournalEntry entry) {
            return entry.verdict() + " " + entry.request().eventId() + " " + entry.planId() + "@" + entry.planVersion()
                    + " " + entry.costs() + " late=" + entry.lateLimits() + " by=" + entry.correctionIds();
        }

        private static String line(UsageTotal total) {
            return brief(total);
        }

        /** All fields of all cases, in one order. */
        private static String line(LimitEvent event) {
            Provenance from = event.provenance();
            return brief("LimitEvent[id=" + from.id() + ", accountId=" + from.accountId() + ", version="
                    + from.version() + ", kind=" + event.kind() + ", cause=" + from.cause() + ", bucket="
                    + event.bucket() + ", threshold=" + event.threshold() + ", blockedUntilMillis="
                    + event.blockedUntilMillis() + ", planId=" + from.planId() + ", planVersion=" + from.planVersion()
                    + ", sourceId=" + from.sourceId() + ", position=" + from.position() + ", eventTimeMillis="
                    + from.eventTimeMillis() + ", decidedAtMillis=" + from.decidedAtMillis() + ", effectiveAtMillis="
                    + (event instanceof LimitEvent.AboutAccount change ? change.fromMillis() : null)
                    + ", clearedEventId="
                    + (event instanceof LimitEvent.LimitCleared cleared ? cleared.clearedEventId() : null)
                    + ", reason=" + from.reason() + ", actor=" + from.actor() + "]");
        }

        private void saySnapshot(AccountSnapshot snapshot) {
            lines.add("  snapshot version=" + snapshot.version() + " streamTime=" + snapshot.streamTimeMillis() + " at="
                    + snapshot.atMillis() + " plan=" + snapshot.planId() + "@" + snapshot.planVersion() + " exempt="
                    + snapshot.exempt() + " suspended=" + snapshot.suspended() + " until="
                    + snapshot.suspendedUntilMillis() + " overrides=" + new TreeMap<>(snapshot.overrides())
                    + " mostConstrained=" + new TreeMap<>(snapshot.mostConstrained()));
            // The histories were written when a bucket said only whether any threshold is reached.
            snapshot.buckets()
                    .forEach(bucket -> lines.add("    "
                            + brief(bucket)
                                    .replaceAll("thresholdsReached=\\[[^]]*]", "softReached=" + bucket.softReached())));
        }

        /** Without what is the same everywhere or not there. */
        private static String brief(Object emitted) {
            return emitted.toString().replace("accountId=acme, ", "").replaceAll(", [A-Za-z]+=null", "");
        }
    }
}
