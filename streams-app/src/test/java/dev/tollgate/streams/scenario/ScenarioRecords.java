package dev.tollgate.streams.scenario;

import dev.tollgate.schemas.AvroTypes;
import dev.tollgate.schemas.avro.AccountEvent;
import dev.tollgate.schemas.avro.AccountEventType;
import dev.tollgate.schemas.avro.Amendment;
import dev.tollgate.schemas.avro.CalendarOverride;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Phase;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.avro.UsageCarry;
import dev.tollgate.testkit.scenario.Scenario;
import dev.tollgate.testkit.scenario.Verb;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What services and operators publish when the things of a scenario happen. */
final class ScenarioRecords {
    static final String ACCOUNT = "acme";
    private static final String PRODUCER = "scenario";
    private static final String ANY_ENDPOINT = "/any";

    static {
        AvroTypes.trust();
    }

    private ScenarioRecords() {}

    /** The event of one repetition of a {@code call} or {@code start}. */
    static RequestEvent request(Scenario.Step step, int repetition) {
        return RequestEvent.newBuilder()
                .setEventId(step.idOf(repetition))
                .setAccountId(ACCOUNT)
                .setProjectId(step.text("project"))
                .setApiKeyId(step.text("key"))
                .setEndpoint(step.argumentsFrom(1, ANY_ENDPOINT))
                .setOccurredAt(Instant.ofEpochMilli(step.happenedAt(repetition)))
                .setPhase(step.verb() == Verb.START ? Phase.STARTED : Phase.COMPLETED)
                .setOutcome(step.text("outcome") == null ? Outcome.SUCCESS : outcome(step))
                .setUnits(step.number("units"))
                .setInputTokens(step.number("tokens"))
                .setOutputItems(step.number("items"))
                .setProducer(PRODUCER)
                .setAttributes(Map.of())
                .build();
    }

    /** The command of any other verb that changes the account. */
    static AccountEvent command(Scenario.Step step) {
        Instant now = Instant.ofEpochMilli(step.timeMillis());
        Long from = step.time("from");
        AccountEvent.Builder command = AccountEvent.newBuilder()
                .setCommandId("line-" + step.line())
                .setAccountId(ACCOUNT)
                .setEffectiveAt(from == null ? now : Instant.ofEpochMilli(from))
                .setIssuedAt(now)
                .setReason(step.text("reason"))
                .setActor(step.text("by"))
                .setUsageCarry(UsageCarry.KEEP);
        String first = step.argumentsFrom(0, "").split(" ", -1)[0];
        return switch (step.verb()) {
            case ASSIGN ->
                command.setType(AccountEventType.PLAN_ASSIGNED)
                        .setPlanId(first)
                        .setUsageCarry(
                                UsageCarry.valueOf(step.argumentsFrom(1, "keep").toUpperCase(Locale.ROOT)))
                        .build();
            case OVERRIDE -> override(command.setLimitId(first), step.argumentsFrom(1, ""));
            case EXEMPT ->
                command.setType(AccountEventType.EXEMPTION_SET)
                        .setExempt(first.equals("yes"))
                        .build();
            case CALENDAR ->
                command.setType(AccountEventType.CALENDAR_SET)
                        .setCalendar(new CalendarOverride(
                                step.text("zone"),
                                part(step, "month"),
                                part(step, "day"),
                                part(step, "weekday"),
                                part(step, "hour")))
                        .build();
            case SUSPEND -> {
                Long until = step.time("until");
                yield command.setType(AccountEventType.SUSPENDED)
                        .setSuspendedUntil(until == null ? null : Instant.ofEpochMilli(until))
                        .build();
            }
            case REINSTATE -> command.setType(AccountEventType.REINSTATED).build();
            case VOID ->
                command.setType(AccountEventType.EVENT_VOIDED)
                        .setCorrectedEventId(first)
                        .build();
            case AMEND ->
                command.setType(AccountEventType.EVENT_AMENDED)
                        .setCorrectedEventId(first)
                        .setAmendment(amendment(step))
                        .build();
            case CALL, START, ASK, WAIT ->
                throw new IllegalArgumentException("line " + step.line() + ": " + step.verb() + " is no command");
        };
    }

    private static AccountEvent override(AccountEvent.Builder command, String amount) {
        if (amount.equals("none")) {
            return command.setType(AccountEventType.OVERRIDE_REMOVED).build();
        }
        return command.setType(AccountEventType.OVERRIDE_SET)
                .setAmount(amount.equals("unlimited") ? null : Long.valueOf(amount))
                .build();
    }

    private static @Nullable Integer part(Scenario.Step step, String option) {
        Long number = step.number(option);
        return number == null ? null : Integer.valueOf(Math.toIntExact(number));
    }

    private static Amendment amendment(Scenario.Step step) {
        return Amendment.newBuilder()
                .setEndpoint(step.text("endpoint"))
                .setOutcome(step.text("outcome") == null ? null : outcome(step))
                .setUnits(step.number("units"))
                .setInputTokens(step.number("tokens"))
                .setOutputItems(step.number("items"))
                .build();
    }

    private static Outcome outcome(Scenario.Step step) {
        @Nullable String outcome = step.text("outcome");
        return Outcome.valueOf(String.valueOf(outcome).toUpperCase(Locale.ROOT));
    }
}
