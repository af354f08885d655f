package dev.tollgate.testkit.scenario;

import dev.tollgate.engine.AccountState;
import dev.tollgate.engine.AccountingEngine;
import dev.tollgate.engine.EngineSettings;
import dev.tollgate.engine.index.InMemoryEventIndex;
import dev.tollgate.engine.input.AccountChange;
import dev.tollgate.engine.input.AccountInput;
import dev.tollgate.engine.input.Input;
import dev.tollgate.engine.input.Outcome;
import dev.tollgate.engine.input.Phase;
import dev.tollgate.engine.input.Position;
import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.engine.input.Tick;
import dev.tollgate.engine.output.JournalEntry;
import dev.tollgate.engine.output.LimitEvent;
import dev.tollgate.engine.output.Outputs;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.engine.output.UsageTotal;
import dev.tollgate.engine.plan.Amount;
import dev.tollgate.engine.plan.Plans;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Runs scenarios through the engine and puts what it says into the words of scenarios. */
final class EngineScenario implements Outputs {
    private final AccountingEngine engine = new AccountingEngine(EngineSettings.defaults());
    private final InMemoryEventIndex index = new InMemoryEventIndex();
    private final AccountState state = AccountState.empty("acme");
    private final Plans plans;
    private List<String> said = new ArrayList<>();

    EngineScenario(Plans plans) {
        this.plans = plans;
    }

    /** What follows from a step, in order; the same verdict on several events in a row is one line. */
    List<String> run(Scenario.Step step) {
        said = new ArrayList<>();
        for (int i = 0; i < step.repeat(); i++) {
            engine.apply(state, inputOf(step, i), plans, index, this);
        }
        return said;
    }

    private static Input inputOf(Scenario.Step step, int repetition) {
        long time = step.timeMillis() + repetition * step.everyMillis();
        return switch (step.verb()) {
            case "call" -> request(step, step.idOf(repetition), time, Phase.COMPLETED);
            case "start" -> request(step, step.idOf(repetition), time, Phase.STARTED);
            case "tick" -> new Tick(time);
            default ->
                new AccountInput(
                        "line-" + step.line(),
                        "acme",
                        time,
                        time,
                        step.options().get("reason"),
                        null,
                        changeOf(step),
                        new Position("account-events", 0, step.line()));
        };
    }

    private static RequestInput request(Scenario.Step step, String id, long time, Phase phase) {
        Map<String, String> options = step.options();
        return new RequestInput(
                id,
                "acme",
                options.get("project"),
                options.get("key"),
                step.arguments().size() > 1
                        ? String.join(
                                " ",
                                step.arguments().subList(1, step.arguments().size()))
                        : "/any",
                time,
                phase,
                Outcome.valueOf(options.getOrDefault("outcome", "success").toUpperCase(Locale.ROOT)),
                number(options.get("units")),
                number(options.get("tokens")),
                number(options.get("items")),
                time,
                new Position("request-events", 0, step.line()));
    }

    private static AccountChange changeOf(Scenario.Step step) {
        List<String> arguments = step.arguments();
        return switch (step.verb()) {
            case "assign" ->
                new AccountChange.PlanAssigned(
                        arguments.getFirst(),
                        AccountChange.Carry.valueOf(
                                arguments.size() > 1 ? arguments.get(1).toUpperCase(Locale.ROOT) : "KEEP"));
            case "override" -> override(arguments.get(0), arguments.get(1));
            case "exempt" -> new AccountChange.ExemptionSet(arguments.getFirst().equals("yes"));
            case "suspend" -> {
                String until = step.options().get("until");
                yield new AccountChange.Suspended(
                        until == null ? null : Instant.parse(until).toEpochMilli());
            }
            case "reinstate" -> new AccountChange.Reinstated();
            case "void" -> new AccountChange.Correction(arguments.getFirst(), null);
            case "amend" -> {
                String outcome = step.options().get("outcome");
                yield new AccountChange.Correction(
                        arguments.getFirst(),
                        new AccountChange.Amendment(
                                step.options().get("endpoint"),
                                outcome == null ? null : Outcome.valueOf(outcome.toUpperCase(Locale.ROOT)),
                                number(step.options().get("units")),
                                null,
                                null));
            }
            default -> throw new IllegalArgumentException("line " + step.line() + ": " + step.verb());
        };
    }

    private static AccountChange override(String limitId, String amount) {
        return switch (amount) {
            case "none" -> new AccountChange.OverrideRemoved(limitId);
            case "unlimited" -> new AccountChange.OverrideSet(limitId, Amount.unlimited());
            default -> new AccountChange.OverrideSet(limitId, Amount.of(Long.parseLong(amount)));
        };
    }

    private static @Nullable Long number(@Nullable String text) {
        return text == null ? null : Long.valueOf(text);
    }

    @Override
    public void journal(JournalEntry entry) {
        String late = String.join(", ", entry.lateLimits());
        String verdict = entry.verdict().name();
        // "3 counted" takes one more.
        String once = ScenarioWords.verdict(verdict, 1, late).substring(2);
        if (!said.isEmpty() && said.getLast().startsWith("= ") && said.getLast().endsWith(once)) {
            String before = said.removeLast();
            String count = before.substring(2, before.length() - once.length()).strip();
            int times = (count.isEmpty() ? 1 : Integer.parseInt(count)) + 1;
            said.add(ScenarioWords.verdict(verdict, times, late));
        } else {
            said.add(ScenarioWords.verdict(verdict, 1, late));
        }
    }

    @Override
    public void total(UsageTotal total) {
        said.add(ScenarioWords.total(
                total.limitId(), total.scopeKey(), total.windowStartMillis(), total.used(), amount(total.amount())));
    }

    @Override
    public void limitEvent(LimitEvent event) {
        LimitEvent.Bucket bucket = event.bucket();
        String plan = event.planId() + " version " + event.planVersion();
        switch (event.kind()) {
            case SOFT_LIMIT_REACHED -> limit("alert", event, null);
            case HARD_LIMIT_REACHED -> limit("block", event, null);
            case ADVISORY_LIMIT_REACHED -> limit("advice", event, null);
            case LIMIT_CLEARED -> limit("cleared", event, event.cause().name());
            case PLAN_CHANGED -> said.add("> plan is now " + plan);
            case PLAN_CHANGE_SCHEDULED ->
                said.add("> plan will be " + plan + " from "
                        + Instant.ofEpochMilli(Objects.requireNonNull(event.effectiveAtMillis())));
            case SUSPENDED ->
                said.add("> suspended until " + ScenarioWords.time(Objects.requireNonNull(event.blockedUntilMillis())));
            case REINSTATED -> said.add("> reinstated");
            case EXEMPTED -> said.add("> exempt");
            case EXEMPTION_ENDED -> said.add("> not exempt any more");
            case OVERRIDE_CHANGED ->
                said.add("> " + Objects.requireNonNull(bucket).limitId() + " is now " + bucket.amount());
        }
    }

    private void limit(String kind, LimitEvent event, @Nullable String cause) {
        LimitEvent.Bucket bucket = Objects.requireNonNull(event.bucket());
        said.add(ScenarioWords.limit(
                kind,
                bucket.limitId(),
                bucket.scopeKey(),
                bucket.used(),
                amount(bucket.amount()),
                event.threshold() == null ? null : event.threshold().toString(),
                event.blockedUntilMillis(),
                cause));
    }

    private static @Nullable Long amount(Amount amount) {
        return amount.isUnlimited() ? null : amount.units();
    }

    @Override
    public void rejected(RejectionReason reason, String detail) {
        said.add(ScenarioWords.refused(reason.name()));
    }
}
