package dev.tollgate.notify.internal.body;

import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.Scope;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A limit event in one English sentence without markup, for people. */
final class EventSentence {
    private EventSentence() {}

    /** @param withReason whether the text that somebody gave with a command is in it, however long */
    static String of(LimitEvent event, boolean withReason) {
        String said = event.getAccountId() + " " + what(event) + ".";
        String reason = event.getReason();
        return withReason && reason != null && !reason.isBlank() ? said + " Reason: " + reason : said;
    }

    private static String what(LimitEvent event) {
        return switch (event.getKind()) {
            case SOFT_LIMIT_REACHED -> "comes close to " + limit(event) + usage(event);
            case HARD_LIMIT_REACHED -> "is blocked: it has reached " + limit(event) + usage(event) + until(event);
            case ADVISORY_LIMIT_REACHED ->
                "has reached " + limit(event) + usage(event) + "; it is advisory and blocks nothing";
            case LIMIT_CLEARED -> "is clear of " + limit(event) + cause(event);
            case SUSPENDED -> "is suspended" + until(event);
            case REINSTATED -> "is reinstated";
            case EXEMPTED -> "is exempt from its limits";
            case EXEMPTION_ENDED -> "is exempt from its limits no more";
            case PLAN_CHANGED -> "is on " + plan(event);
            case PLAN_CHANGE_SCHEDULED -> "will be on " + plan(event) + " from " + event.getEventTime();
            case OVERRIDE_CHANGED -> "has another amount for " + limit(event);
            case CALENDAR_CHANGED -> "has another calendar";
            case UNKNOWN -> "has a limit event of a kind that this release does not know";
        };
    }

    private static String limit(LimitEvent event) {
        String of = event.getScope() == Scope.ACCOUNT || event.getScopeKey().isEmpty()
                ? ""
                : " of " + words(event.getScope()) + " " + event.getScopeKey();
        return "the limit " + event.getLimitId() + of + " of " + plan(event);
    }

    private static String plan(LimitEvent event) {
        return "plan " + event.getPlanId() + " version " + event.getPlanVersion();
    }

    private static String usage(LimitEvent event) {
        Long used = event.getUsed();
        Long amount = event.getAmount();
        return used == null || amount == null
                ? ""
                : String.format(Locale.ROOT, ", %,d of %,d %s", used, amount, event.getMeterId());
    }

    private static String until(LimitEvent event) {
        Instant until = event.getBlockedUntil();
        return until == null ? "" : ", until " + until;
    }

    private static String cause(LimitEvent event) {
        @Nullable Enum<?> cause = event.getCause();
        return cause == null ? "" : " (" + words(cause) + ")";
    }

    private static String words(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }
}
