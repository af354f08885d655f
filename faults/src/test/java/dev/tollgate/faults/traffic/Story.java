package dev.tollgate.faults.traffic;

import dev.tollgate.schemas.avro.AccountEvent;
import dev.tollgate.schemas.avro.AccountEventType;
import dev.tollgate.schemas.avro.Amendment;
import dev.tollgate.schemas.avro.CalendarOverride;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Phase;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.avro.UsageCarry;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.schemas.topic.TopicLayout;
import dev.tollgate.testkit.oracle.OracleFact;
import dev.tollgate.testkit.oracle.OraclePlan;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What happens to one account: calls and commands in an order that is known. The two travel through different topics,
 * so before and after each command the story waits until everything before has been processed for good. In between
 * nothing waits, and a fault may strike at any point.
 */
public final class Story {
    private static final long CALL_SKEW_MILLIS = 3_000;

    private final String account;
    private final List<OraclePlan> plans;
    private final Random random;
    private final RawProducer producer;
    private final GroupProgress accounting;
    private final TopicLayout layout;
    private final List<Step> steps = new ArrayList<>();
    private final List<RequestEvent> called = new ArrayList<>();
    private int number;
    private long appliedUpTo;
    private long callsAppendedUpTo = -1;
    private @Nullable TopicPartition calls;

    /**
     * A command in its place among the calls.
     *
     * @param afterOffset the last call before it, by its offset in request-events; -1 for none
     * @param command what was sent
     * @param appendedAtMillis when the log took it
     * @param position where it stands in account-events
     */
    public record Step(long afterOffset, AccountEvent command, long appendedAtMillis, long position) {}

    public Story(
            String account,
            List<OraclePlan> plans,
            Random random,
            RawProducer producer,
            GroupProgress accounting,
            TopicLayout layout) {
        this.account = account;
        this.plans = plans;
        this.random = random;
        this.producer = producer;
        this.accounting = accounting;
        this.layout = layout;
    }

    public String account() {
        return account;
    }

    /** The commands so far, in order. */
    public List<Step> steps() {
        return List.copyOf(steps);
    }

    /** Ids of the calls that Kafka has. */
    public List<String> callIds() {
        return called.stream().map(RequestEvent::getEventId).toList();
    }

    /**
     * Lives through a number of calls and commands.
     *
     * @param length how long to take, if nothing is away
     * @param patience how long something may be away
     */
    public void run(int events, int commands, Duration length, Duration patience)
            throws InterruptedException, ExecutionException, TimeoutException {
        command(
                Population.assignment(account, nextCommandId(), plans.getFirst().id(), Instant.EPOCH, UsageCarry.KEEP),
                patience);
        long pauseNanos = length.toNanos() / (events + commands);
        int commandsLeft = commands;
        for (int i = 0; i < events; i++) {
            if (commandsLeft > 0 && random.nextInt(events - i) < commandsLeft) {
                commandsLeft--;
                command(randomCommand(), patience);
            }
            call(randomCall(), patience);
            TimeUnit.NANOSECONDS.sleep(random.nextLong(2 * pauseNanos));
        }
        // A last call after everything that was dated ahead, so that stream time has passed it all.
        RequestEvent last = randomCall();
        last.setEventId(account + "-last");
        last.setPhase(Phase.COMPLETED);
        last.setOccurredAt(Instant.ofEpochMilli(Math.max(System.currentTimeMillis(), appliedUpTo) + 1));
        call(last, patience);
    }

    private void call(RequestEvent event, Duration patience)
            throws InterruptedException, ExecutionException, TimeoutException {
        RecordMetadata appended =
                producer.send(Topic.REQUEST_EVENTS, account, event).get(patience.toMillis(), TimeUnit.MILLISECONDS);
        calls = new TopicPartition(appended.topic(), appended.partition());
        callsAppendedUpTo = appended.offset();
        called.add(event);
    }

    private void command(AccountEvent command, Duration patience)
            throws InterruptedException, ExecutionException, TimeoutException {
        TopicPartition before = calls;
        if (before != null) {
            await(before, callsAppendedUpTo + 1, patience);
        }
        RecordMetadata appended =
                producer.send(Topic.ACCOUNT_EVENTS, account, command).get(patience.toMillis(), TimeUnit.MILLISECONDS);
        steps.add(new Step(callsAppendedUpTo, command, appended.timestamp(), appended.offset()));
        await(
                new TopicPartition(layout.name(Topic.ACCOUNT_EVENTS), appended.partition()),
                appended.offset() + 1,
                patience);
    }

    private void await(TopicPartition partition, long offset, Duration patience)
            throws InterruptedException, TimeoutException {
        if (!accounting.await(partition, offset, patience)) {
            throw new TimeoutException("the accounting role has not processed " + partition + " up to " + offset
                    + " within " + patience.toSeconds() + " s, only up to " + accounting.committed(partition));
        }
    }

    private RequestEvent randomCall() {
        long now = System.currentTimeMillis();
        if (!called.isEmpty() && random.nextInt(10) == 0) {
            RequestEvent again = called.get(random.nextInt(called.size()));
            return random.nextBoolean() ? again : call(again.getEventId(), now);
        }
        return call(account + "-" + number++, now);
    }

    private RequestEvent call(String id, long now) {
        long time = now
                - switch (random.nextInt(12)) {
                    case 0 -> random.nextInt(200_000);
                    case 1 -> random.nextLong(2 * 86_400_000L);
                    case 2 -> -random.nextInt(50_000);
                    default -> random.nextLong(CALL_SKEW_MILLIS);
                };
        if (random.nextInt(3) > 0) {
            time -= time % 1_000;
        }
        List<Outcome> outcomes = List.of(
                Outcome.SUCCESS,
                Outcome.SUCCESS,
                Outcome.SUCCESS,
                Outcome.SUCCESS,
                Outcome.SERVER_ERROR,
                Outcome.INVALID);
        RequestEvent event = new RequestEvent();
        event.setEventId(id);
        event.setAccountId(account);
        event.setProjectId(random.nextInt(3) == 0 ? null : "project-" + random.nextInt(2));
        event.setApiKeyId(random.nextInt(3) == 0 ? null : "key-" + random.nextInt(2));
        event.setEndpoint(RandomPlans.ENDPOINTS.get(random.nextInt(RandomPlans.ENDPOINTS.size())));
        event.setOccurredAt(Instant.ofEpochMilli(time));
        event.setPhase(random.nextInt(15) == 0 ? Phase.STARTED : Phase.COMPLETED);
        event.setOutcome(outcomes.get(random.nextInt(outcomes.size())));
        event.setUnits(random.nextBoolean() ? null : (long) random.nextInt(12));
        event.setInputTokens(random.nextBoolean() ? null : (long) random.nextInt(200));
        event.setProducer("faults");
        event.setAttributes(Map.of());
        return event;
    }

    private String nextCommandId() {
        return account + "-command-" + steps.size();
    }

    private AccountEvent randomCommand() {
        if (!called.isEmpty() && random.nextInt(3) > 0) {
            return correction();
        }
        // What a scaled change carries over was worked out by the terms before it: they are not changed afterwards.
        long effectiveAt = Math.max(appliedUpTo, System.currentTimeMillis() + random.nextInt(6_000) - 3_000);
        appliedUpTo = effectiveAt;
        Instant effective = Instant.ofEpochMilli(effectiveAt);
        String id = nextCommandId();
        return switch (random.nextInt(8)) {
            case 0 -> {
                AccountEvent event = Population.command(account, id, AccountEventType.OVERRIDE_SET, effective);
                event.setLimitId("limit-" + random.nextInt(4));
                event.setAmount(random.nextInt(5) == 0 ? null : (long) random.nextInt(60));
                yield event;
            }
            case 1 -> {
                AccountEvent event = Population.command(account, id, AccountEventType.OVERRIDE_REMOVED, effective);
                event.setLimitId("limit-" + random.nextInt(4));
                yield event;
            }
            case 2 -> {
                AccountEvent event = Population.command(account, id, AccountEventType.EXEMPTION_SET, effective);
                event.setExempt(random.nextBoolean());
                yield event;
            }
            case 3 -> Population.command(account, id, AccountEventType.SUSPENDED, effective);
            case 4 -> Population.command(account, id, AccountEventType.REINSTATED, effective);
            default -> {
                OraclePlan plan = plans.get(random.nextInt(plans.size()));
                UsageCarry carry = List.of(UsageCarry.KEEP, UsageCarry.RESET, UsageCarry.SCALE)
                        .get(random.nextInt(3));
                yield Population.assignment(account, id, plan.id(), effective, carry);
            }
        };
    }

    private AccountEvent correction() {
        RequestEvent target = called.get(Math.max(0, called.size() - 1 - random.nextInt(20)));
        boolean isVoid = random.nextBoolean();
        AccountEvent event = Population.command(
                account,
                nextCommandId(),
                isVoid ? AccountEventType.EVENT_VOIDED : AccountEventType.EVENT_AMENDED,
                Instant.ofEpochMilli(System.currentTimeMillis()));
        event.setCorrectedEventId(target.getEventId());
        if (!isVoid) {
            Amendment amendment = new Amendment();
            amendment.setEndpoint(
                    random.nextBoolean()
                            ? null
                            : RandomPlans.ENDPOINTS.get(random.nextInt(RandomPlans.ENDPOINTS.size())));
            amendment.setOutcome(
                    random.nextInt(3) > 0 ? null : random.nextBoolean() ? Outcome.SUCCESS : Outcome.INVALID);
            amendment.setUnits((long) random.nextInt(12));
            event.setAmendment(amendment);
        }
        return event;
    }

    /** A command in the oracle's words; null if the oracle is not concerned. */
    public static @Nullable OracleFact fact(Step step) {
        AccountEvent command = step.command();
        String id = command.getCommandId();
        long effectiveAt = command.getEffectiveAt().toEpochMilli();
        return switch (command.getType()) {
            case PLAN_ASSIGNED ->
                changed(
                        step,
                        id,
                        effectiveAt,
                        new OracleFact.OnPlan(
                                String.valueOf(command.getPlanId()),
                                command.getUsageCarry().name()));
            case OVERRIDE_SET ->
                changed(
                        step,
                        id,
                        effectiveAt,
                        new OracleFact.Overridden(String.valueOf(command.getLimitId()), command.getAmount()));
            case OVERRIDE_REMOVED ->
                changed(step, id, effectiveAt, new OracleFact.OverrideEnded(String.valueOf(command.getLimitId())));
            case EXEMPTION_SET ->
                changed(step, id, effectiveAt, new OracleFact.Exempt(Boolean.TRUE.equals(command.getExempt())));
            case CALENDAR_SET -> {
                CalendarOverride calendar = java.util.Objects.requireNonNull(command.getCalendar());
                yield changed(
                        step,
                        id,
                        effectiveAt,
                        new OracleFact.OwnCalendar(
                                calendar.getTimeZone(),
                                calendar.getAnchorMonth(),
                                calendar.getAnchorDay(),
                                calendar.getAnchorWeekday(),
                                calendar.getAnchorHour()));
            }
            case EVENT_VOIDED ->
                new OracleFact.Corrected(id, String.valueOf(command.getCorrectedEventId()), true, null, null, null);
            case EVENT_AMENDED -> {
                Amendment amendment = java.util.Objects.requireNonNull(command.getAmendment());
                Outcome outcome = amendment.getOutcome();
                yield new OracleFact.Corrected(
                        id,
                        String.valueOf(command.getCorrectedEventId()),
                        false,
                        amendment.getEndpoint(),
                        outcome == null ? null : outcome.name(),
                        amendment.getUnits());
            }
            case SUSPENDED, REINSTATED, UNKNOWN -> null;
        };
    }

    private static OracleFact changed(Step step, String id, long effectiveAt, OracleFact.Change change) {
        return new OracleFact.Changed(id, effectiveAt, step.appendedAtMillis(), change);
    }
}
