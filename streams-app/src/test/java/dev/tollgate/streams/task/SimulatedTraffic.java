package dev.tollgate.streams.task;

import dev.tollgate.planmodel.time.WindowAnchor;
import dev.tollgate.planmodel.time.WindowCalendar;
import dev.tollgate.planmodel.time.WindowLength;
import dev.tollgate.schemas.avro.AccountEvent;
import dev.tollgate.schemas.avro.AccountEventType;
import dev.tollgate.schemas.avro.Algorithm;
import dev.tollgate.schemas.avro.Amendment;
import dev.tollgate.schemas.avro.CalendarOverride;
import dev.tollgate.schemas.avro.Cost;
import dev.tollgate.schemas.avro.Dimension;
import dev.tollgate.schemas.avro.EndpointCost;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.Meter;
import dev.tollgate.schemas.avro.Mode;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.PerCallCap;
import dev.tollgate.schemas.avro.Phase;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.avro.Threshold;
import dev.tollgate.schemas.avro.ThresholdKind;
import dev.tollgate.schemas.avro.UsageCarry;
import dev.tollgate.schemas.plan.WindowTranslator;
import dev.tollgate.schemas.serde.AvroSerializer;
import dev.tollgate.schemas.topic.AccountPartitioner;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.schemas.topic.TopicLayout;
import dev.tollgate.testkit.oracle.OracleCalendar;
import dev.tollgate.testkit.oracle.OracleEvent;
import dev.tollgate.testkit.oracle.OracleFact;
import dev.tollgate.testkit.oracle.OraclePlan;
import dev.tollgate.testkit.oracle.RandomPlans;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SplittableRandom;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What services and operators publish in one simulation: histories of some accounts on plans of one family, merged in
 * the order in which the log takes them, and broken records among them.
 */
final class SimulatedTraffic {
    /**
     * A record to come.
     *
     * @param atMillis when the log takes it; later than the one before
     * @param account whose history it is part of, as the oracle is told it; null for what it is not told
     * @param label for the trace
     */
    @SuppressWarnings("ArrayRecordComponent") // Never compared.
    record Arrival(
            long atMillis,
            TopicPartition place,
            byte @Nullable [] key,
            byte @Nullable [] value,
            @Nullable String account,
            String label) {}

    /** What the oracle is told of an account, with the append times that the log gave. */
    record History(String account, List<OracleFact> facts) {}

    /** @param fact null for a broken record */
    private record Pending(
            long wantedMillis, String account, @Nullable OracleFact fact, boolean told, int number) {}

    private static final String CHANGING = "plan-d";

    /** The settle time of plans, as the default is. */
    private static final long SETTLED_MILLIS = 5_000;

    private final SplittableRandom random;
    private final TopicLayout topics;
    private final AvroSerializer<SpecificRecord> serializer;
    private final List<OraclePlan> plans;

    /** Whether windows follow calendars of plans and accounts. */
    private final boolean inCalendars;

    private final List<Arrival> arrivals = new ArrayList<>();
    private final Map<String, List<OracleFact>> facts = new LinkedHashMap<>();

    /** Versions of the plan that changes, as they were published last. */
    private final List<PlanVersion> versions = new ArrayList<>();

    /** Those that it had before it was removed last. */
    private List<PlanVersion> removed = List.of();

    private int newestVersion;

    /** What each version number means, by plan id and number. */
    private final Map<List<Object>, PlanVersion> meanings = new HashMap<>();

    SimulatedTraffic(SplittableRandom random, TopicLayout topics, AvroSerializer<SpecificRecord> serializer) {
        this.random = random;
        this.topics = topics;
        this.serializer = serializer;
        OraclePlan first = RandomPlans.plan(random, "plan-a", false);
        List<OraclePlan> family = List.of(
                first, RandomPlans.variant(random, first, "plan-b"), RandomPlans.variant(random, first, "plan-c"));
        this.inCalendars = random.nextBoolean();
        this.plans = inCalendars ? RandomPlans.inCalendars(random, family) : family;
        merge(histories());
    }

    /** In the order in which the log takes them. */
    List<Arrival> arrivals() {
        return arrivals;
    }

    List<OraclePlan> oraclePlans() {
        return plans;
    }

    /** What a version that was published first under its number says. */
    PlanVersion versionOf(String planId, int version) {
        return Objects.requireNonNull(meanings.get(List.of(planId, version)), planId + " " + version);
    }

    /** By account. */
    List<History> toldHistories() {
        return facts.entrySet().stream()
                .map(entry -> new History(entry.getKey(), entry.getValue()))
                .toList();
    }

    private List<Pending> histories() {
        List<Pending> all = new ArrayList<>();
        int accounts = 1 + random.nextInt(6);
        for (int i = 0; i < accounts; i++) {
            String account = "acme-" + i;
            // The oracle does not know plans that change.
            boolean told = random.nextInt(3) > 0;
            long clock = 0;
            List<OracleFact> history = RandomPlans.facts(random, account, plans, 5 + random.nextInt(40));
            for (OracleFact fact : inCalendars ? RandomPlans.withOwnCalendars(random, history, 0) : history) {
                clock = Math.max(
                        clock,
                        switch (fact) {
                            case OracleFact.Called called -> called.event().appendedAtMillis();
                            case OracleFact.Changed changed -> changed.appendedAt();
                            case OracleFact.Corrected _ -> 0;
                        });
                all.add(new Pending(clock, account, fact, told, all.size()));
                if (!told && random.nextInt(8) == 0) {
                    OracleFact onChanging = new OracleFact.Changed(
                            "changing-" + all.size(),
                            clock - 30_000 + random.nextInt(60_000),
                            clock,
                            new OracleFact.OnPlan(CHANGING, "KEEP"));
                    all.add(new Pending(clock, account, onChanging, false, all.size()));
                }
                if (random.nextInt(25) == 0) {
                    all.add(new Pending(clock, account, null, told, all.size()));
                }
            }
        }
        all.sort(Comparator.comparingLong(Pending::wantedMillis).thenComparingInt(Pending::number));
        return all;
    }

    /** Gives each record a moment of its own: of two records of one moment it is open which is read first. */
    private void merge(List<Pending> all) {
        // The first commands are from the beginning of time: the log is younger.
        long clock = all.stream()
                        .mapToLong(Pending::wantedMillis)
                        .filter(wanted -> wanted > 0)
                        .min()
                        .orElse(1_772_323_140_000L)
                - 2L * all.size()
                - SETTLED_MILLIS
                - 1_000;
        // The plans that the oracle knows count before the first record.
        for (OraclePlan plan : plans) {
            clock++;
            meanings.put(List.of(plan.id(), plan.version()), version(plan));
            arrivals.add(published(clock, plan(plan)));
        }
        clock += SETTLED_MILLIS;
        long last = all.getLast().wantedMillis();
        for (Pending pending : all) {
            clock = Math.max(clock + 1, pending.wantedMillis());
            if (random.nextInt(20) == 0) {
                arrivals.add(changed(clock, last));
                clock++;
            }
            OracleFact fact = pending.fact();
            if (fact == null) {
                arrivals.add(broken(clock, pending.account()));
                continue;
            }
            OracleFact told = appendedAt(fact, clock);
            if (pending.told()) {
                facts.computeIfAbsent(pending.account(), _ -> new ArrayList<>()).add(told);
            }
            arrivals.add(arrival(clock, pending.account(), pending.told(), told));
            if (random.nextInt(60) == 0) {
                clock++;
                arrivals.add(suspension(clock, pending.account()));
            }
        }
    }

    /**
     * Some change of the plan that changes: another version, one less, its end and return, and what is rejected: one
     * that is not what it was, and something broken.
     */
    private Arrival changed(long atMillis, long lastMillis) {
        TopicPartition place = new TopicPartition(topics.name(Topic.PLAN_CATALOG), 0);
        byte[] key = CHANGING.getBytes(StandardCharsets.UTF_8);
        switch (random.nextInt(10)) {
            case 0 -> {
                removed = List.copyOf(versions);
                versions.clear();
                return new Arrival(atMillis, place, key, null, null, CHANGING + " removed");
            }
            case 1 -> {
                return new Arrival(atMillis, place, key, new byte[] {0, 1}, null, CHANGING + " malformed");
            }
            case 2 -> {
                List<PlanVersion> changed = new ArrayList<>(versions.isEmpty() ? removed : versions);
                if (!changed.isEmpty()) {
                    PlanVersion before = changed.removeLast();
                    changed.add(version(before.getVersion(), before.getEffectiveFrom(), 0));
                }
                return published(atMillis, new Plan(CHANGING, CHANGING, "", changed));
            }
            case 3 -> {
                if (versions.isEmpty()) {
                    versions.addAll(removed);
                } else if (versions.size() > 1) {
                    versions.remove(random.nextInt(versions.size()));
                }
            }
            default -> {
                long from = versions.isEmpty()
                        ? 0
                        : Math.max(
                                versions.getLast().getEffectiveFrom().toEpochMilli() + 1,
                                atMillis - 60_000 + random.nextLong(Math.max(120_000, lastMillis - atMillis)));
                PlanVersion added = version(
                        newestVersion + 1,
                        Instant.ofEpochMilli(from),
                        random.nextBoolean() ? 0 : random.nextLong(86_400_000));
                List<PlanVersion> wanted = new ArrayList<>(versions);
                wanted.add(added);
                if (isSound(wanted)) {
                    newestVersion++;
                    versions.add(added);
                    meanings.put(List.of(CHANGING, newestVersion), added);
                }
                return published(atMillis, new Plan(CHANGING, CHANGING, "", wanted));
            }
        }
        return published(atMillis, new Plan(CHANGING, CHANGING, "", List.copyOf(versions)));
    }

    /** Whether each limit counts the same in all versions; else the record is rejected. */
    private static boolean isSound(List<PlanVersion> versions) {
        Map<String, List<Object>> counting = new HashMap<>();
        for (PlanVersion version : versions) {
            for (Limit limit : version.getLimits()) {
                List<Object> how = Arrays.asList(
                        limit.getMeterId(),
                        limit.getAlgorithm(),
                        limit.getScope(),
                        limit.getWindow(),
                        limit.getWindowLength(),
                        limit.getPeriodMs(),
                        limit.getLeaseMs());
                if (!how.equals(counting.computeIfAbsent(limit.getLimitId(), _ -> how))) {
                    return false;
                }
            }
        }
        return true;
    }

    private PlanVersion version(int number, Instant effectiveFrom, long noticeMillis) {
        OraclePlan variant = RandomPlans.variant(random, plans.getFirst(), CHANGING);
        return PlanVersion.newBuilder(version(variant))
                .setVersion(number)
                .setEffectiveFrom(effectiveFrom)
                .setNoticePeriodMs(noticeMillis)
                .build();
    }

    private Arrival published(long atMillis, Plan plan) {
        return new Arrival(
                atMillis,
                new TopicPartition(topics.name(Topic.PLAN_CATALOG), 0),
                plan.getPlanId().getBytes(StandardCharsets.UTF_8),
                serializer.serialize(topics.name(Topic.PLAN_CATALOG), plan),
                null,
                plan.getPlanId() + " with " + plan.getVersions().size() + " versions");
    }

    private static OracleFact appendedAt(OracleFact fact, long atMillis) {
        return switch (fact) {
            case OracleFact.Called called -> {
                OracleEvent event = called.event();
                yield new OracleFact.Called(new OracleEvent(
                        event.id(),
                        event.account(),
                        event.project(),
                        event.apiKey(),
                        event.endpoint(),
                        event.occurredAtMillis(),
                        atMillis,
                        event.started(),
                        event.outcome(),
                        event.units(),
                        event.inputTokens(),
                        event.outputItems()));
            }
            case OracleFact.Changed changed ->
                new OracleFact.Changed(changed.commandId(), changed.effectiveAt(), atMillis, changed.change());
            case OracleFact.Corrected corrected -> corrected;
        };
    }

    private Arrival arrival(long atMillis, String account, boolean told, OracleFact fact) {
        return switch (fact) {
            case OracleFact.Called called ->
                arrival(
                        atMillis,
                        Topic.REQUEST_EVENTS,
                        account,
                        told,
                        request(called.event()),
                        called.event().id());
            case OracleFact.Changed changed ->
                arrival(
                        atMillis,
                        Topic.ACCOUNT_EVENTS,
                        account,
                        told,
                        command(account, changed),
                        changed.commandId() + " " + changed.change());
            case OracleFact.Corrected corrected ->
                arrival(
                        atMillis,
                        Topic.ACCOUNT_EVENTS,
                        account,
                        told,
                        command(account, corrected, atMillis),
                        corrected.commandId() + " of " + corrected.target());
        };
    }

    private Arrival arrival(
            long atMillis, Topic topic, String account, boolean told, SpecificRecord record, String label) {
        return new Arrival(
                atMillis,
                place(topic, account),
                account.getBytes(StandardCharsets.UTF_8),
                serializer.serialize(topics.name(topic), record),
                told ? account : null,
                account + " " + label);
    }

    private TopicPartition place(Topic topic, String account) {
        return new TopicPartition(topics.name(topic), AccountPartitioner.partition(account, topics.partitions()));
    }

    private Arrival suspension(long atMillis, String account) {
        AccountEvent.Builder event = AccountEvent.newBuilder()
                .setCommandId("suspension-" + atMillis)
                .setAccountId(account)
                .setEffectiveAt(Instant.ofEpochMilli(atMillis + random.nextInt(60_000)))
                .setIssuedAt(Instant.ofEpochMilli(atMillis))
                .setReason("payment")
                .setUsageCarry(UsageCarry.KEEP);
        if (random.nextInt(3) == 0) {
            event.setType(AccountEventType.REINSTATED);
        } else {
            event.setType(AccountEventType.SUSPENDED)
                    .setSuspendedUntil(
                            random.nextBoolean()
                                    ? null
                                    : Instant.ofEpochMilli(atMillis + 60_000 + random.nextInt(600_000)));
        }
        return arrival(
                atMillis,
                Topic.ACCOUNT_EVENTS,
                account,
                false,
                event.build(),
                event.getType().name());
    }

    private Arrival broken(long atMillis, String account) {
        Topic topic = random.nextInt(3) == 0 ? Topic.ACCOUNT_EVENTS : Topic.REQUEST_EVENTS;
        TopicPartition place = place(topic, account);
        byte[] key = account.getBytes(StandardCharsets.UTF_8);
        RequestEvent event = TestingEvents.request(account, "broken-" + atMillis, Instant.ofEpochMilli(atMillis));
        byte[] sound = Objects.requireNonNull(serializer.serialize(topics.name(topic), event));
        return switch (random.nextInt(6)) {
            case 0 -> new Arrival(atMillis, place, key, null, null, account + " no value");
            case 1 -> new Arrival(atMillis, place, key, new byte[] {0, 1, 2}, null, account + " malformed");
            case 2 -> new Arrival(atMillis, place, null, sound, null, account + " no key");
            case 3 ->
                new Arrival(atMillis, place, key, Arrays.copyOf(sound, sound.length - 3), null, account + " cut short");
            case 4 ->
                new Arrival(
                        atMillis,
                        new TopicPartition(place.topic(), (place.partition() + 1) % topics.partitions()),
                        key,
                        sound,
                        null,
                        account + " wrong partition");
            default ->
                new Arrival(
                        atMillis, place, "other".getBytes(StandardCharsets.UTF_8), sound, null, account + " wrong key");
        };
    }

    private static RequestEvent request(OracleEvent event) {
        return RequestEvent.newBuilder()
                .setEventId(event.id())
                .setAccountId(event.account())
                .setProjectId(event.project())
                .setApiKeyId(event.apiKey())
                .setEndpoint(event.endpoint())
                .setOccurredAt(Instant.ofEpochMilli(event.occurredAtMillis()))
                .setPhase(event.started() ? Phase.STARTED : Phase.COMPLETED)
                .setOutcome(Outcome.valueOf(event.outcome()))
                .setUnits(event.units())
                .setInputTokens(event.inputTokens())
                .setOutputItems(event.outputItems())
                .setProducer("simulation")
                .setAttributes(Map.of())
                .build();
    }

    private static AccountEvent command(String account, OracleFact.Changed changed) {
        AccountEvent.Builder event = AccountEvent.newBuilder()
                .setCommandId(changed.commandId())
                .setAccountId(account)
                .setEffectiveAt(Instant.ofEpochMilli(changed.effectiveAt()))
                .setIssuedAt(Instant.ofEpochMilli(changed.appendedAt()))
                .setUsageCarry(UsageCarry.KEEP);
        return switch (changed.change()) {
            case OracleFact.OnPlan on ->
                event.setType(AccountEventType.PLAN_ASSIGNED)
                        .setPlanId(on.planId())
                        .setUsageCarry(UsageCarry.valueOf(on.carry()))
                        .build();
            case OracleFact.Overridden overridden ->
                event.setType(AccountEventType.OVERRIDE_SET)
                        .setLimitId(overridden.limit())
                        .setAmount(overridden.amount())
                        .build();
            case OracleFact.OverrideEnded ended ->
                event.setType(AccountEventType.OVERRIDE_REMOVED)
                        .setLimitId(ended.limit())
                        .build();
            case OracleFact.OwnCalendar own ->
                event.setType(AccountEventType.CALENDAR_SET)
                        .setCalendar(
                                new CalendarOverride(own.zone(), own.month(), own.day(), own.weekday(), own.hour()))
                        .build();
            case OracleFact.Exempt exempt ->
                event.setType(AccountEventType.EXEMPTION_SET)
                        .setExempt(exempt.exempt())
                        .build();
        };
    }

    private static AccountEvent command(String account, OracleFact.Corrected corrected, long atMillis) {
        AccountEvent.Builder event = AccountEvent.newBuilder()
                .setCommandId(corrected.commandId())
                .setAccountId(account)
                .setEffectiveAt(Instant.ofEpochMilli(atMillis))
                .setIssuedAt(Instant.ofEpochMilli(atMillis))
                .setCorrectedEventId(corrected.target())
                .setUsageCarry(UsageCarry.KEEP);
        String outcome = corrected.outcome();
        return corrected.isVoid()
                ? event.setType(AccountEventType.EVENT_VOIDED).build()
                : event.setType(AccountEventType.EVENT_AMENDED)
                        .setAmendment(Amendment.newBuilder()
                                .setEndpoint(corrected.endpoint())
                                .setOutcome(outcome == null ? null : Outcome.valueOf(outcome))
                                .setUnits(corrected.units())
                                .build())
                        .build();
    }

    private static Plan plan(OraclePlan plan) {
        return new Plan(plan.id(), plan.id(), "", List.of(version(plan)));
    }

    private static PlanVersion version(OraclePlan plan) {
        return PlanVersion.newBuilder()
                .setVersion(plan.version())
                .setEffectiveFrom(Instant.EPOCH)
                .setNoticePeriodMs(0)
                .setChecksum("")
                .setMeters(plan.meters().stream().map(SimulatedTraffic::meter).toList())
                .setCalendar(WindowTranslator.calendar(calendarOf(plan.calendar())))
                .setLimits(plan.limits().stream()
                        .map(limit -> limit(limit, plan.calendar()))
                        .toList())
                .setPerCallCaps(plan.caps().stream()
                        .map(cap -> new PerCallCap(cap.pattern(), Dimension.valueOf(cap.dimension()), cap.max()))
                        .toList())
                .setChargedOutcomes(plan.chargedOutcomes().stream()
                        .sorted()
                        .map(Outcome::valueOf)
                        .toList())
                .build();
    }

    private static Meter meter(OraclePlan.Meter meter) {
        return new Meter(
                meter.id(),
                "unit",
                cost(meter.otherwise()),
                meter.prices().stream()
                        .map(priced -> new EndpointCost(priced.pattern(), cost(priced.price())))
                        .toList());
    }

    private static Cost cost(OraclePlan.Price price) {
        return new Cost(price.base(), price.perUnit(), price.unitSize());
    }

    private static Limit windowed(Limit limit, String window, OracleCalendar calendar) {
        WindowTranslator.put(
                limit, WindowLength.parse(window.toLowerCase(Locale.ROOT)).orElseThrow(), calendarOf(calendar));
        return limit;
    }

    private static WindowCalendar calendarOf(OracleCalendar calendar) {
        return new WindowCalendar(
                calendar.zone(),
                new WindowAnchor(calendar.month(), calendar.day(), calendar.weekday(), calendar.hour()));
    }

    private static Limit limit(OraclePlan.Limit limit, OracleCalendar calendar) {
        Limit.Builder made = Limit.newBuilder()
                .setLimitId(limit.id())
                .setMeterId(limit.meter())
                .setAmount(limit.amount())
                .setAlgorithm(Algorithm.valueOf(limit.kind().name()))
                .setScope(Scope.valueOf(limit.scope().name()))
                .setMode(Mode.ENFORCE)
                .setThresholds(limit.usedBasisPoints().stream()
                        .map(share -> new Threshold(ThresholdKind.USED_AT_LEAST, share))
                        .toList())
                .setGraceMs(limit.graceMillis());
        return switch (limit.kind()) {
            case FIXED_WINDOW -> windowed(made.build(), limit.window(), calendar);
            case LEAKY_BUCKET, SLIDING_WINDOW ->
                made.setPeriodMs(limit.lengthMillis()).build();
            case CONCURRENCY -> made.setLeaseMs(limit.lengthMillis()).build();
        };
    }
}
