package dev.tollgate.faults.traffic;

import dev.tollgate.schemas.avro.AccountEvent;
import dev.tollgate.schemas.avro.AccountEventType;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.UsageCarry;
import dev.tollgate.testkit.oracle.OraclePlan;
import dev.tollgate.testkit.oracle.RecountPlan;
import dev.tollgate.testkit.traffic.TrafficGenerator;
import dev.tollgate.testkit.traffic.TrafficProfile;
import dev.tollgate.testkit.traffic.TrafficProfile.WeightedEndpoint;
import dev.tollgate.testkit.traffic.TrafficProfile.Workload;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * The accounts of one round and the plans that they are on. Plain accounts stay on one plan; of each the recount can
 * tell every verdict, total and crossing. Accounts of stories get commands; of each the oracle can tell verdicts,
 * totals and what holds.
 *
 * @param prefix begins the ids of all accounts and plans of the round
 * @param profile of the plain accounts' traffic
 * @param plainPlans in turn for the plain accounts
 * @param families of plans, one for each story
 */
public record Population(
        String prefix, TrafficProfile profile, List<RecountPlan> plainPlans, List<List<OraclePlan>> families) {
    private static final int PLAIN_PLANS = 3;
    private static final Duration OLDEST_CALL = Duration.ofHours(40);

    public Population {
        plainPlans = List.copyOf(plainPlans);
        families = List.copyOf(families);
    }

    /**
     * Draws the accounts and plans of a round.
     *
     * @param seed decides everything
     * @param now about the time of the round
     * @param events of plain accounts
     * @param accounts number of plain accounts
     * @param stories number of accounts with commands
     */
    public static Population of(long seed, Instant now, int events, int accounts, int stories) {
        Random random = new Random(seed);
        String prefix = "f" + Long.toString(seed, 36) + "-";
        int callsPerMinute = 20 + random.nextInt(200);
        Workload workload = new Workload(
                List.of(
                        new WeightedEndpoint("/v2/mem-it", 4, 0, 0, 0),
                        new WeightedEndpoint("GET /kb/1", 3, 0, 200, 0),
                        new WeightedEndpoint("POST /kb/1/import", 2, 12, 0, 0),
                        new WeightedEndpoint("addMessage", 2, 0, 0, 0),
                        new WeightedEndpoint("GET /free", 1, 0, 0, 0)),
                callsPerMinute,
                10,
                3_000);
        List<Workload> workloads = List.of(workload, workload, workload);
        TrafficProfile anyTime = new TrafficProfile(seed, events, accounts, now, workloads);
        Duration longest = TrafficGenerator.longest(anyTime);
        Instant start = now.minus(longest).minusSeconds(30);
        List<RecountPlan> plainPlans = new ArrayList<>();
        for (int i = 0; i < PLAIN_PLANS; i++) {
            long second = start.toEpochMilli() + random.nextLong(longest.toMillis());
            plainPlans.add(RandomPlans.plain(random, prefix + "plain-" + i, second));
        }
        List<List<OraclePlan>> families = new ArrayList<>();
        for (int i = 0; i < stories; i++) {
            families.add(RandomPlans.family(random, prefix + "story-" + i + "-"));
        }
        return new Population(prefix, anyTime.from(start), plainPlans, families);
    }

    /** Records for the catalog. */
    public List<Plan> plans() {
        return Stream.concat(
                        plainPlans.stream().map(PlanRecords::of),
                        families.stream().flatMap(List::stream).map(PlanRecords::of))
                .toList();
    }

    /** The commands that put plain accounts on their plans, from before the oldest call on. */
    public List<AccountEvent> assignments() {
        List<AccountEvent> assignments = new ArrayList<>();
        for (int i = 0; i < profile.accounts(); i++) {
            assignments.add(assignment(
                    plainAccount(i),
                    prefix + "assign-" + i,
                    planOf(i).id(),
                    profile.start().minus(OLDEST_CALL),
                    UsageCarry.KEEP));
        }
        return assignments;
    }

    public RecountPlan planOf(int plainAccount) {
        return plainPlans.get(plainAccount % plainPlans.size());
    }

    public String plainAccount(int i) {
        return prefix + TrafficGenerator.accountId(i);
    }

    public String storyAccount(int i) {
        return prefix + "story-" + i;
    }

    static AccountEvent assignment(
            String account, String commandId, String planId, Instant effectiveAt, UsageCarry carry) {
        AccountEvent event = command(account, commandId, AccountEventType.PLAN_ASSIGNED, effectiveAt);
        event.setPlanId(planId);
        event.setUsageCarry(carry);
        return event;
    }

    static AccountEvent command(String account, String commandId, AccountEventType type, Instant effectiveAt) {
        AccountEvent event = new AccountEvent();
        event.setAccountId(account);
        event.setCommandId(commandId);
        event.setType(type);
        event.setEffectiveAt(effectiveAt);
        event.setIssuedAt(effectiveAt);
        event.setActor("faults");
        event.setUsageCarry(UsageCarry.KEEP);
        return event;
    }
}
