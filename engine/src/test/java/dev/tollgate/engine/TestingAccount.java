package dev.tollgate.engine;

import dev.tollgate.engine.index.InMemoryEventIndex;
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
import dev.tollgate.engine.output.Verdict;
import dev.tollgate.planmodel.Outcome;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.planmodel.Plans;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One account with its engine, catalog and index. Remembers everything that was said. */
final class TestingAccount implements Outputs {
    /** A round hour of a round day: 2026-03-10T12:00:00Z. */
    static final long NOON = Instant.parse("2026-03-10T12:00:00Z").toEpochMilli();

    static final long SECOND = 1_000;
    static final long MINUTE = 60 * SECOND;
    static final long HOUR = 60 * MINUTE;
    static final long DAY = 24 * HOUR;

    final List<JournalEntry> journal = new ArrayList<>();
    final List<UsageTotal> totals = new ArrayList<>();
    final List<LimitEvent> limitEvents = new ArrayList<>();
    final List<RejectionReason> rejections = new ArrayList<>();
    final List<String> rejectionDetails = new ArrayList<>();

    /** Of all limit events, forgotten ones too. */
    private final Set<String> limitEventIds = new HashSet<>();

    /** Everything in order, one short line each. */
    final List<String> said = new ArrayList<>();

    final AccountingEngine engine;
    final InMemoryEventIndex index = new InMemoryEventIndex();
    AccountState state = AccountState.empty("acme");
    Plans plans;
    private long offset;

    TestingAccount(PlanVersion... plans) {
        this(EngineSettings.defaults(), plans);
    }

    TestingAccount(EngineSettings settings, PlanVersion... plans) {
        this.engine = new AccountingEngine(settings);
        this.plans = Plans.of(plans);
    }

    /** An account that has been on this plan since 1970. */
    static TestingAccount on(PlanVersion plan, PlanVersion... others) {
        TestingAccount account = new TestingAccount(plan);
        for (PlanVersion other : others) {
            account.plans = account.plans.with(other);
        }
        account.command(0, new AccountChange.PlanAssigned(plan.planId(), AccountChange.Carry.KEEP));
        account.forget();
        return account;
    }

    void forget() {
        journal.clear();
        totals.clear();
        limitEvents.clear();
        rejections.clear();
        rejectionDetails.clear();
        said.clear();
    }

    /** A successful call on an ordinary endpoint, appended as it happens. */
    Verdict call(String eventId, long occurredAt) {
        return apply(request(eventId, occurredAt));
    }

    Verdict apply(RequestInput request) {
        int before = journal.size();
        send(request);
        return journal.get(before).verdict();
    }

    /** {@code count} successful calls, a millisecond apart, with ids made of the prefix and a number from 0. */
    void calls(String prefix, int count, long firstOccurredAt) {
        IntStream.range(0, count).forEach(i -> call(prefix + i, firstOccurredAt + i));
    }

    RequestInput request(String eventId, long occurredAt) {
        return request(eventId, occurredAt, "/v2/notes", Outcome.SUCCESS, null);
    }

    RequestInput request(String eventId, long occurredAt, String endpoint, Outcome outcome, @Nullable Long units) {
        return new RequestInput(
                eventId,
                "acme",
                null,
                null,
                endpoint,
                occurredAt,
                Phase.COMPLETED,
                outcome,
                units,
                null,
                null,
                occurredAt,
                nextPosition());
    }

    /** A command that is appended as it takes effect. */
    void command(long effectiveAt, AccountChange change) {
        command("cmd-" + offset, effectiveAt, effectiveAt, change);
    }

    void command(String commandId, long effectiveAt, long appendedAt, AccountChange change) {
        send(new AccountInput(commandId, "acme", effectiveAt, appendedAt, "because", "ops", change, nextPosition()));
    }

    void tick(long now) {
        send(new Tick(now));
    }

    void send(Input input) {
        engine.apply(state, input, plans, index, this);
    }

    boolean hasNotice(long at) {
        return engine.hasNotice(state, plans, at);
    }

    AccountSnapshot snapshot(long at) {
        return engine.snapshot(state, plans, at);
    }

    Position nextPosition() {
        return new Position("tollgate.request-events", 0, offset++);
    }

    /** Kinds of the limit events so far. */
    List<LimitEvent.Kind> kinds() {
        return limitEvents.stream().map(LimitEvent::kind).toList();
    }

    LimitEvent only(LimitEvent.Kind kind) {
        List<LimitEvent> found =
                limitEvents.stream().filter(event -> event.kind() == kind).toList();
        if (found.size() != 1) {
            throw new AssertionError("expected one " + kind + ", got " + said);
        }
        return found.getFirst();
    }

    LimitEvent.Bucket onlyBucket(LimitEvent.Kind kind) {
        return Objects.requireNonNull(only(kind).bucket());
    }

    @Override
    public void journal(JournalEntry entry) {
        journal.add(entry);
        said.add(entry.verdict() + " " + entry.request().eventId());
    }

    @Override
    public void total(UsageTotal total) {
        totals.add(total);
        said.add((total.closed() ? "CLOSED " : "OPEN ") + total.limitId() + " " + total.used());
    }

    @Override
    public void limitEvent(LimitEvent event) {
        if (!limitEventIds.add(event.id())) {
            throw new AssertionError("said twice: " + event);
        }
        limitEvents.add(event);
        LimitEvent.Bucket bucket = event.bucket();
        said.add(event.kind()
                + (bucket == null ? "" : " " + bucket.limitId() + " " + bucket.used())
                + (event.kind() == LimitEvent.Kind.LIMIT_CLEARED ? " " + event.cause() : ""));
    }

    @Override
    public void rejected(RejectionReason reason, String detail) {
        rejections.add(reason);
        rejectionDetails.add(detail);
        said.add("REJECTED " + reason);
    }
}
