package dev.tollgate.streams.scenario;

import dev.tollgate.engine.AccountState;
import dev.tollgate.engine.AccountingEngine;
import dev.tollgate.engine.EngineSettings;
import dev.tollgate.engine.index.InMemoryEventIndex;
import dev.tollgate.engine.input.Input;
import dev.tollgate.engine.input.Position;
import dev.tollgate.engine.input.Tick;
import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.engine.output.Outputs;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.planmodel.PlanVersion;
import dev.tollgate.planmodel.Plans;
import dev.tollgate.schemas.avro.AccountEvent;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.UsageTotal;
import dev.tollgate.schemas.event.MaxEventAge;
import dev.tollgate.streams.translate.InputTranslator;
import dev.tollgate.streams.translate.OutputTranslator;
import dev.tollgate.streams.translate.RejectedRecordException;
import dev.tollgate.testkit.scenario.Scenario;
import java.util.ArrayList;
import java.util.List;

/** A scenario through the engine alone. */
final class EngineRun implements Outputs {
    private final AccountingEngine engine = new AccountingEngine(EngineSettings.defaults());
    private final InMemoryEventIndex index = new InMemoryEventIndex();
    private final AccountState state = AccountState.empty(ScenarioRecords.ACCOUNT);
    private final Plans plans;
    private final List<String> rejections = new ArrayList<>();
    private final List<UsageJournalEntry> journal = new ArrayList<>();
    private final List<LimitEvent> limitEvents = new ArrayList<>();
    private final List<UsageTotal> totals = new ArrayList<>();
    private long nowMillis = Long.MIN_VALUE;
    private long requests;
    private long commands;

    EngineRun(ScenarioPlans catalog) {
        this.plans = catalog.forTheEngine();
    }

    /** What follows from a step, and from the time up to it. */
    List<String> run(Scenario.Step step) throws RejectedRecordException {
        ScenarioRenderer renderer = new ScenarioRenderer(step);
        for (int i = 0; i < step.repeat(); i++) {
            passTo(step.timeOf(i), renderer);
            switch (step.verb()) {
                case CALL, START -> {
                    RequestEvent event = ScenarioRecords.request(step, i);
                    Position position = new Position("request-events", 0, requests++);
                    apply(InputTranslator.request(event, MaxEventAge.standard(), nowMillis, position), renderer);
                }
                case ASSIGN, OVERRIDE, EXEMPT, CALENDAR, SUSPEND, REINSTATE, VOID, AMEND -> {
                    AccountEvent command = ScenarioRecords.command(step);
                    Position position = new Position("account-events", 0, commands++);
                    apply(InputTranslator.command(command, nowMillis, position), renderer);
                }
                case ASK, WAIT -> {}
            }
        }
        return renderer.lines();
    }

    /** Ticks at each moment at which one has something to say, as the topology gives them. */
    private void passTo(long timeMillis, ScenarioRenderer renderer) {
        for (long next = nextMoment(); next <= timeMillis; next = nextMoment()) {
            nowMillis = next;
            apply(new Tick(next), renderer);
        }
        nowMillis = timeMillis;
    }

    /** When time next brings something: a deadline, or the notice of a version. */
    private long nextMoment() {
        long next = AccountingEngine.nextDeadline(state);
        for (PlanVersion version : plans.all()) {
            long notice = Math.max(version.effectiveFromMillis() - version.noticePeriodMillis(), nowMillis);
            if (notice < version.effectiveFromMillis() && engine.hasNotice(state, plans, notice)) {
                next = Math.min(next, notice);
            }
        }
        return Math.max(next, nowMillis);
    }

    private void apply(Input input, ScenarioRenderer renderer) {
        engine.apply(state, input, plans, index, this);
        renderer.say(rejections, journal, limitEvents, totals);
        rejections.clear();
        journal.clear();
        limitEvents.clear();
        totals.clear();
    }

    @Override
    public void journal(JournalEntry entry) {
        journal.add(OutputTranslator.journal(entry));
    }

    @Override
    public void total(dev.tollgate.engine.output.UsageTotal total) {
        totals.add(OutputTranslator.total(total));
    }

    @Override
    public void limitEvent(dev.tollgate.engine.output.LimitEvent event) {
        limitEvents.add(OutputTranslator.limitEvent(event));
    }

    @Override
    public void rejected(RejectionReason reason, String detail) {
        rejections.add(reason.name());
    }
}
