package dev.tollgate.cli.explain;

import dev.tollgate.cli.terminal.TextTable;
import dev.tollgate.schemas.avro.AccountEvent;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.Scope;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.text.PrintableText;
import dev.tollgate.streams.explain.Explanation;
import dev.tollgate.streams.explain.Explanation.LimitUsage;
import dev.tollgate.streams.explain.ReplayOutcome;
import java.io.PrintWriter;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An explanation for people. Control characters of what others have published are escaped. */
final class ExplanationText {
    private final PrintWriter out;

    ExplanationText(PrintWriter out) {
        this.out = out;
    }

    void print(Explanation explanation) {
        LimitEvent event = explanation.event();
        say("%s%s, account %s", event.getKind(), about(" of ", event.getLimitId()), event.getAccountId());
        line("decided", event.getDecidedAt() + ", for " + event.getEventTime());
        line("by", cause(explanation));
        limit(explanation);
        usage(explanation);
        if (event.getBlockedUntil() != null) {
            line("blocked", "until " + event.getBlockedUntil());
        }
        if (event.getClearedEventId() != null) {
            line("ended", event.getClearedEventId() + ", because " + event.getCause());
        }
        if (event.getReason() != null) {
            line("reason", event.getReason());
        }
        calls(explanation);
        changes(explanation.changes());
        replay(explanation);
    }

    private static String cause(Explanation explanation) {
        LimitEvent event = explanation.event();
        if (event.getCrossingEventId() == null) {
            return "the passing of time";
        }
        UsageJournalEntry call = explanation.crossingCall();
        return (call == null ? "command " : "call ") + event.getCrossingEventId() + " ("
                + event.getCrossingTopic() + ", partition " + event.getCrossingPartition() + ", offset "
                + event.getCrossingOffset() + ")"
                + (call == null ? "" : ", " + call.getEndpoint() + " at " + call.getOccurredAt());
    }

    private void limit(Explanation explanation) {
        LimitEvent event = explanation.event();
        String plan = "plan " + event.getPlanId() + ", version " + event.getPlanVersion();
        if (event.getLimitId() == null) {
            line("plan", plan);
            return;
        }
        List<String> parts = new ArrayList<>();
        parts.add((event.getAmount() == null ? "unlimited" : event.getAmount()) + " of meter " + event.getMeterId());
        Limit limit = explanation.limit();
        if (limit != null) {
            parts.add(limit.getAlgorithm().name().toLowerCase(Locale.ROOT));
            if (limit.getAmount() != null && !limit.getAmount().equals(event.getAmount())) {
                parts.add("an override of the plan's " + limit.getAmount());
            }
        }
        if (event.getWindowStart() != null) {
            parts.add("window " + event.getWindowStart() + " to " + event.getWindowEnd());
        }
        if (event.getScope() != Scope.ACCOUNT) {
            parts.add(event.getScope().name().toLowerCase(Locale.ROOT) + " " + event.getScopeKey());
        }
        if (event.getThresholdBasisPoints() != null) {
            parts.add("threshold "
                    + BigDecimal.valueOf(event.getThresholdBasisPoints(), 2)
                            .stripTrailingZeros()
                            .toPlainString()
                    + " %");
        }
        parts.add(event.getMode().name().toLowerCase(Locale.ROOT));
        parts.add(plan);
        line("limit", String.join(", ", parts));
    }

    private void usage(Explanation explanation) {
        LimitEvent event = explanation.event();
        if (event.getUsed() == null) {
            return;
        }
        Long before = explanation.usedBefore();
        line(
                "used",
                (before == null ? "" : before + " before, ")
                        + event.getUsed()
                        + (before == null ? "" : " after")
                        + (event.getOvershoot() == null ? "" : ", over by " + event.getOvershoot()));
    }

    private void calls(Explanation explanation) {
        LimitUsage usage = explanation.usage();
        if (usage == null || usage.entries() == 0) {
            return;
        }
        out.println();
        say(
                "Calls that used it, in the order of the log: the last %d of %d, which cost %d together",
                usage.calls().size(), usage.entries(), usage.cost());
        String meter = explanation.event().getMeterId();
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (UsageJournalEntry call : usage.calls()) {
            rows.add(Arrays.asList(
                    call.getOccurredAt(),
                    call.getEventId(),
                    call.getVerdict(),
                    call.getEndpoint(),
                    call.getProjectId(),
                    call.getApiKeyId(),
                    call.getCosts().get(meter),
                    call.getSourcePartition() + "@" + call.getSourceOffset()));
        }
        TextTable.print(
                out,
                List.of("occurred_at", "event_id", "verdict", "endpoint", "project_id", "api_key_id", "cost", "source"),
                rows);
    }

    private void changes(List<AccountEvent> changes) {
        if (changes.isEmpty()) {
            return;
        }
        out.println();
        say("Commands about the account before it");
        List<List<@Nullable Object>> rows = new ArrayList<>();
        for (AccountEvent change : changes) {
            rows.add(Arrays.asList(
                    change.getIssuedAt(),
                    change.getType(),
                    what(change),
                    change.getActor(),
                    change.getReason(),
                    change.getCommandId()));
        }
        TextTable.print(out, List.of("issued_at", "type", "what", "actor", "reason", "command_id"), rows);
    }

    private static String what(AccountEvent change) {
        List<String> parts = new ArrayList<>();
        add(parts, "plan", change.getPlanId());
        add(parts, "limit", change.getLimitId());
        add(parts, "amount", change.getAmount());
        add(parts, "until", change.getSuspendedUntil());
        add(parts, "event", change.getCorrectedEventId());
        return String.join(" ", parts);
    }

    private static void add(List<String> parts, String name, @Nullable Object value) {
        if (value != null) {
            parts.add(name + "=" + value);
        }
    }

    private void replay(Explanation explanation) {
        ReplayOutcome replay = explanation.replay();
        out.println();
        switch (replay.result()) {
            case SAME ->
                say(
                        "Replayed from the beginning of the log, %d records of the account: the same, to the last"
                                + " field.",
                        replay.records());
            case DIFFERENT ->
                say("Replayed %d records of the account: the event comes out otherwise.", replay.records());
            case NOT_RAISED ->
                say(
                        "Replayed %d records of the account: the event does not come out. Are these the settings of the"
                                + " accounting role?",
                        replay.records());
            case LOG_EXPIRED ->
                say(
                        explanation.origin() == Explanation.Origin.LOG
                                ? "Not replayed: the log does not reach back to the account's beginning."
                                : "Explained from ClickHouse and not replayed: the log does not reach back so far."
                                        + " Commands are known to the log alone.");
        }
        replay.differences().forEach(difference -> say("  %s", difference));
    }

    private static String about(String before, @Nullable String text) {
        return text == null ? "" : before + text;
    }

    private void line(String name, String text) {
        say("  %-8s %s", name, text);
    }

    private void say(String form, @Nullable Object... arguments) {
        out.println(PrintableText.of(String.format(Locale.ROOT, form, Objects.requireNonNull(arguments))));
    }
}
