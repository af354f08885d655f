package dev.tollgate.cli.accounts;

import dev.tollgate.cli.config.ConfigOptions;
import dev.tollgate.cli.config.KafkaAccess;
import dev.tollgate.cli.plans.PlanCatalogs;
import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.cli.terminal.CommandGroup;
import dev.tollgate.cli.terminal.Json;
import dev.tollgate.planmodel.contract.Bounds;
import dev.tollgate.planmodel.input.InputText;
import dev.tollgate.planmodel.input.Rfc3339;
import dev.tollgate.planmodel.input.Violation;
import dev.tollgate.planmodel.time.CalendarOverride;
import dev.tollgate.plans.catalog.PlanCatalogClient;
import dev.tollgate.schemas.avro.AccountEvent;
import dev.tollgate.schemas.avro.AccountEventType;
import dev.tollgate.schemas.avro.Amendment;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.Outcome;
import dev.tollgate.schemas.avro.Plan;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.UsageCarry;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.Verdict;
import dev.tollgate.schemas.plan.WindowTranslator;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.topic.Topic;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tollgate accounts}: commands about one account, written to account-events. */
@Command(
        name = "accounts",
        description = "Put accounts on plans and change what holds for them.",
        mixinStandardHelpOptions = true,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            AccountsCommand.Assign.class,
            AccountsCommand.OverrideLimit.class,
            AccountsCommand.Exempt.class,
            AccountsCommand.Calendar.class,
            AccountsCommand.Suspend.class,
            AccountsCommand.Reinstate.class,
            AccountsCommand.VoidEvent.class,
            AccountsCommand.AmendEvent.class
        })
public final class AccountsCommand extends CommandGroup {

    /** What all account commands have in common. */
    abstract static class AccountChange implements Runnable {
        @Spec
        @SuppressWarnings("NullAway.Init") // Set by picocli before run.
        CommandSpec spec;

        @Mixin
        private final ConfigOptions config = new ConfigOptions();

        @Parameters(index = "0", paramLabel = "ACCOUNT", description = "Account id.")
        @SuppressWarnings("NullAway.Init") // Required by picocli.
        String account;

        @Option(
                names = "--effective-at",
                paramLabel = "TIME",
                description = "Event time from which it holds, such as 2026-12-01T00:00:00Z. Default: now.")
        private @Nullable String effectiveAt;

        @Option(
                names = "--force",
                description = {
                    "Write the command although what is known says that it cannot be followed.",
                    "For instance because the earlier command that it contradicts was rejected itself."
                })
        private boolean force;

        @Option(names = "--reason", paramLabel = "TEXT", description = "Why, in words the customer may read.")
        private @Nullable String reason;

        @Option(
                names = "--actor",
                paramLabel = "NAME",
                description = "Who gives the command. Default: the user's name.")
        private @Nullable String actor;

        @Option(
                names = "--command-id",
                paramLabel = "ID",
                description =
                        "Identity of the command: giving it twice changes nothing. Default: made from what it says.")
        private @Nullable String commandId;

        @Option(names = "--json", description = "Print the written record as JSON.")
        private boolean json;

        /** Rejects what can be told to be wrong before anything is connected to. */
        void check() {}

        /**
         * What is known that keeps a command from being followed, in words; null if nothing is. The accounting would
         * make a dead letter of it.
         */
        @Nullable
        String obstacle(AccountEvent event, AccountLog log) {
            return effectiveAt == null ? null : contradiction(event, log);
        }

        /** Fills in the change, after {@code event} got everything that is common. */
        abstract void fill(AccountEvent event, KafkaAccess kafka);

        @Override
        public void run() {
            require(InputText.required("ACCOUNT", account, Bounds.MAX_ID_CHARACTERS));
            if (commandId != null) {
                require(InputText.required("--command-id", commandId, Bounds.MAX_ID_CHARACTERS));
            }
            check();
            KafkaAccess kafka = config.kafka();
            SchemaRegistryClient registry = kafka.registryClient();
            Instant now = Instant.now();
            AccountEvent event = new AccountEvent();
            event.setAccountId(account);
            event.setEffectiveAt(effectiveAt == null ? now : time("--effective-at", effectiveAt));
            event.setIssuedAt(now);
            event.setActor(actor == null ? System.getProperty("user.name") : actor);
            event.setReason(reason);
            event.setUsageCarry(UsageCarry.KEEP);
            fill(event, kafka);
            event.setCommandId(commandId == null ? identity(event) : commandId);
            String obstacle = force ? null : obstacle(event, new AccountLog(kafka, registry));
            if (obstacle != null) {
                throw new ParameterException(spec.commandLine(), obstacle + "; nothing was written (see --force)");
            }
            RecordMetadata written = write(kafka, registry, event);
            if (json) {
                spec.commandLine().getOut().println(Json.line(event));
            } else {
                spec.commandLine()
                        .getOut()
                        .printf(
                                Locale.ROOT,
                                "%s %s, effective %s (%s-%d@%d)%n",
                                event.getType().name().toLowerCase(Locale.ROOT).replace('_', ' '),
                                account,
                                event.getEffectiveAt(),
                                written.topic(),
                                written.partition(),
                                written.offset());
            }
        }

        /** Throws what a rule of the contract has against a value; the engine would make a dead letter of it. */
        void require(@Nullable Violation violation) {
            if (violation != null) {
                throw new ParameterException(spec.commandLine(), violation.sentence());
            }
        }

        Instant time(String option, String text) {
            try {
                return Rfc3339.parse(text);
            } catch (DateTimeException e) {
                throw new ParameterException(
                        spec.commandLine(),
                        option + " must be a time such as 2026-12-01T00:00:00Z, was '" + text + "'",
                        e);
            }
        }

        /** Another command that holds from the same moment on and says something else about the same. */
        private static @Nullable String contradiction(AccountEvent event, AccountLog log) {
            List<AccountEvent> others = new ArrayList<>();
            log.read(Topic.ACCOUNT_EVENTS, event.getAccountId(), AccountEvent.class, null, other -> {
                if (other.getEffectiveAt().equals(event.getEffectiveAt())
                        && subject(other).equals(subject(event))
                        && !content(other).equals(content(event))) {
                    others.add(other);
                }
            });
            if (others.isEmpty()) {
                return null;
            }
            AccountEvent first = others.getFirst();
            return "command " + first.getCommandId() + " says otherwise from " + event.getEffectiveAt() + " on: "
                    + content(first) + ", not " + content(event);
        }

        /** What a command is about, of which only one thing can be said from a moment on. */
        private static String subject(AccountEvent event) {
            return switch (event.getType()) {
                case PLAN_ASSIGNED -> "plan";
                case OVERRIDE_SET, OVERRIDE_REMOVED -> "limit " + event.getLimitId();
                case EXEMPTION_SET -> "exemption";
                case CALENDAR_SET -> "calendar";
                case SUSPENDED, REINSTATED -> "suspension";
                case EVENT_VOIDED, EVENT_AMENDED, UNKNOWN -> "event " + event.getCommandId();
            };
        }

        /** What a command says about it. */
        private static String content(AccountEvent event) {
            return switch (event.getType()) {
                case PLAN_ASSIGNED ->
                    "plan " + event.getPlanId() + ", carry "
                            + event.getUsageCarry().name().toLowerCase(Locale.ROOT);
                case OVERRIDE_SET ->
                    "limit " + event.getLimitId() + " at "
                            + (event.getAmount() == null ? "unlimited" : event.getAmount());
                case OVERRIDE_REMOVED -> "limit " + event.getLimitId() + " as the plan says";
                case EXEMPTION_SET -> Boolean.TRUE.equals(event.getExempt()) ? "exempt" : "not exempt";
                case CALENDAR_SET -> "calendar " + event.getCalendar();
                case SUSPENDED ->
                    "suspended until " + (event.getSuspendedUntil() == null ? "reinstated" : event.getSuspendedUntil());
                case REINSTATED -> "reinstated";
                case EVENT_VOIDED, EVENT_AMENDED, UNKNOWN -> "a correction";
            };
        }

        /** The same command for the same moment has the same identity, however often it is given. */
        private static String identity(AccountEvent event) {
            String content = String.join(
                    "\n",
                    event.getAccountId(),
                    event.getType().name(),
                    event.getEffectiveAt().toString(),
                    String.valueOf(event.getPlanId()),
                    String.valueOf(event.getLimitId()),
                    String.valueOf(event.getAmount()),
                    String.valueOf(event.getExempt()),
                    String.valueOf(event.getSuspendedUntil()),
                    String.valueOf(event.getCalendar()),
                    String.valueOf(event.getCorrectedEventId()),
                    String.valueOf(event.getAmendment()));
            return UUID.nameUUIDFromBytes(content.getBytes(StandardCharsets.UTF_8))
                    .toString();
        }

        private static RecordMetadata write(KafkaAccess kafka, SchemaRegistryClient registry, AccountEvent event) {
            try (Producer<String, AccountEvent> producer = kafka.producer(registry)) {
                return producer.send(new ProducerRecord<>(
                                kafka.layout().name(Topic.ACCOUNT_EVENTS), event.getAccountId(), event))
                        .get();
            } catch (ExecutionException e) {
                throw new CommandFailure("the command could not be written", e.getCause());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CommandFailure("interrupted", e);
            }
        }
    }

    @Command(
            name = "assign",
            description = {
                "Put an account on a plan.",
                "The plan must be in the catalog. Limits that apply to a call are those in force when the call"
                        + " happened."
            },
            mixinStandardHelpOptions = true)
    static final class Assign extends AccountChange {
        @Parameters(index = "1", paramLabel = "PLAN", description = "Plan id, as 'tollgate plans list' shows it.")
        @SuppressWarnings("NullAway.Init") // Required by picocli.
        private String plan;

        @Option(
                names = "--carry",
                paramLabel = "keep|reset|scale",
                defaultValue = "keep",
                description = "What happens to the usage of running windows. Default: ${DEFAULT-VALUE}.")
        @SuppressWarnings("NullAway.Init") // Has a default value.
        private Carry carry;

        enum Carry {
            KEEP,
            RESET,
            SCALE
        }

        @Override
        void fill(AccountEvent event, KafkaAccess kafka) {
            Plan known = plan(this, kafka, plan);
            Instant first = known.getVersions().stream()
                    .map(PlanVersion::getEffectiveFrom)
                    .min(Comparator.naturalOrder())
                    .orElse(Instant.MAX);
            if (first.isAfter(event.getEffectiveAt())) {
                throw new ParameterException(
                        spec.commandLine(),
                        "plan '" + plan + "' has no version in force at " + event.getEffectiveAt()
                                + "; the first one is from " + first + " on");
            }
            event.setType(AccountEventType.PLAN_ASSIGNED);
            event.setPlanId(plan);
            event.setUsageCarry(UsageCarry.valueOf(carry.name()));
        }
    }

    @Command(
            name = "override",
            description = "Replace the amount of one limit for one account, or take that back.",
            mixinStandardHelpOptions = true)
    static final class OverrideLimit extends AccountChange {
        /** The largest amount that a limit can have. */
        private static final long MAX_AMOUNT = 1_000_000_000_000_000L;

        @Parameters(index = "1", paramLabel = "LIMIT", description = "Limit id, as the plan names it.")
        @SuppressWarnings("NullAway.Init") // Required by picocli.
        private String limit;

        @Parameters(
                index = "2",
                paramLabel = "AMOUNT",
                description = "A whole number >= 0, 'unlimited', or 'plan' to take the override back.")
        @SuppressWarnings("NullAway.Init") // Required by picocli.
        private String amount;

        @Override
        void fill(AccountEvent event, KafkaAccess kafka) {
            TreeSet<String> known = new TreeSet<>();
            for (Plan plan : catalog(kafka).values()) {
                plan.getVersions()
                        .forEach(version -> version.getLimits().stream()
                                .map(Limit::getLimitId)
                                .forEach(known::add));
            }
            if (!known.contains(limit)) {
                throw new ParameterException(
                        spec.commandLine(),
                        "LIMIT '" + limit + "' is in no plan; known limits: " + String.join(", ", known));
            }
            event.setLimitId(limit);
            if (amount.equals("plan")) {
                event.setType(AccountEventType.OVERRIDE_REMOVED);
                return;
            }
            event.setType(AccountEventType.OVERRIDE_SET);
            if (!amount.equals("unlimited")) {
                event.setAmount(amount());
            }
        }

        private long amount() {
            try {
                long value = Long.parseLong(amount);
                if (value >= 0 && value <= MAX_AMOUNT) {
                    return value;
                }
            } catch (NumberFormatException e) {
                // Falls through to the same message as a negative number.
            }
            throw new ParameterException(
                    spec.commandLine(),
                    "AMOUNT must be a whole number from 0 to " + MAX_AMOUNT + ", 'unlimited' or 'plan', was '" + amount
                            + "'");
        }
    }

    @Command(
            name = "exempt",
            description = "Enforce nothing for an account; its usage is still counted.",
            mixinStandardHelpOptions = true)
    static final class Exempt extends AccountChange {
        @Option(names = "--end", description = "End the exemption.")
        private boolean end;

        @Override
        void fill(AccountEvent event, KafkaAccess kafka) {
            event.setType(AccountEventType.EXEMPTION_SET);
            event.setExempt(!end);
        }
    }

    @Command(
            name = "calendar",
            description = {
                "Give an account a time zone and an anchor of its own, or take them back.",
                "Windows of a day and longer follow them instead of the plan's. What is left out stays as the plan"
                        + " says, and what an earlier command set is taken back. Windows that run end at the effective"
                        + " date, and what was used counts in those that follow."
            },
            mixinStandardHelpOptions = true)
    static final class Calendar extends AccountChange {
        @Option(
                names = "--time-zone",
                paramLabel = "REGION",
                description = "A region of the IANA time zone database such as Asia/Kathmandu, or UTC.")
        private @Nullable String timeZone;

        @Option(names = "--month", paramLabel = "1-12", description = "In which month years begin.")
        private @Nullable Integer month;

        @Option(
                names = "--day",
                paramLabel = "1-31",
                description = "On which day months begin: the billing day. The last day of shorter months.")
        private @Nullable Integer day;

        @Option(names = "--weekday", paramLabel = "1-7", description = "On which day weeks begin; 1 is Monday.")
        private @Nullable Integer weekday;

        @Option(
                names = "--hour",
                paramLabel = "0-23",
                description = "At which hour they begin, by the time zone's clocks.")
        private @Nullable Integer hour;

        @Option(names = "--plan", description = "Take it back: everything is as the plan says.")
        private boolean plan;

        @Override
        void check() {
            CalendarOverride calendar;
            try {
                calendar = new CalendarOverride(timeZone, month, day, weekday, hour);
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), String.valueOf(e.getMessage()), e);
            }
            if (calendar.equals(CalendarOverride.NONE) != plan) {
                throw new ParameterException(
                        spec.commandLine(),
                        plan
                                ? "--plan takes the account's own calendar back, and goes with no other part of one"
                                : "one of --time-zone, --month, --day, --weekday, --hour or --plan must be given");
            }
        }

        @Override
        void fill(AccountEvent event, KafkaAccess kafka) {
            event.setType(AccountEventType.CALENDAR_SET);
            event.setCalendar(WindowTranslator.override(new CalendarOverride(timeZone, month, day, weekday, hour)));
        }
    }

    @Command(
            name = "suspend",
            description = "Deny all calls of an account, until a time or until it is reinstated.",
            mixinStandardHelpOptions = true)
    static final class Suspend extends AccountChange {
        @Option(
                names = "--until",
                paramLabel = "TIME",
                description = "End of the suspension. Default: until reinstated.")
        private @Nullable String until;

        @Override
        void fill(AccountEvent event, KafkaAccess kafka) {
            Instant end = until == null ? null : time("--until", until);
            if (end != null && !end.isAfter(event.getEffectiveAt())) {
                throw new ParameterException(
                        spec.commandLine(),
                        "--until must be after " + event.getEffectiveAt() + ", when the suspension begins, was " + end);
            }
            event.setType(AccountEventType.SUSPENDED);
            event.setSuspendedUntil(end);
        }
    }

    @Command(name = "reinstate", description = "End a suspension.", mixinStandardHelpOptions = true)
    static final class Reinstate extends AccountChange {
        @Override
        void fill(AccountEvent event, KafkaAccess kafka) {
            event.setType(AccountEventType.REINSTATED);
        }
    }

    /** What corrections of one past event have in common. */
    abstract static class Correction extends AccountChange {
        /** How far the clock of a service may be ahead of the log at most. */
        private static final Duration MOST_AHEAD = Duration.ofDays(1);

        @Parameters(index = "1", paramLabel = "EVENT", description = "Event id.")
        @SuppressWarnings("NullAway.Init") // Required by picocli.
        private String eventId;

        @Option(
                names = "--occurred-at",
                paramLabel = "TIME",
                description = "Event time of that event, which finds it faster in the journal.")
        private @Nullable String occurredAt;

        @Override
        void fill(AccountEvent event, KafkaAccess kafka) {
            event.setCorrectedEventId(eventId);
            event.setCorrectedOccurredAt(occurredAt == null ? null : time("--occurred-at", occurredAt));
        }

        @Override
        @Nullable
        String obstacle(AccountEvent event, AccountLog log) {
            Instant occurred = event.getCorrectedOccurredAt();
            Instant from = occurred == null ? null : occurred.minus(MOST_AHEAD);
            List<UsageJournalEntry> entries = new ArrayList<>();
            log.read(Topic.USAGE_JOURNAL, account, UsageJournalEntry.class, from, entry -> {
                if (entry.getEventId().equals(eventId) && entry.getVerdict() != Verdict.DUPLICATE) {
                    entries.add(entry);
                }
            });
            if (entries.isEmpty()) {
                return "event '" + eventId + "' of account '" + account + "' is not in the journal"
                        + (from == null ? "" : " since " + from);
            }
            UsageJournalEntry last = entries.getLast();
            return event.getType() == AccountEventType.EVENT_AMENDED && last.getVerdict() == Verdict.VOIDED
                    ? "event '" + eventId + "' was voided by command " + last.getCorrectionId()
                            + " and cannot be amended"
                    : null;
        }
    }

    @Command(
            name = "void-event",
            description = {
                "Take a counted event back; totals, alerts and blocks follow.",
                "The event must be in the journal, which has the last seven days."
            },
            mixinStandardHelpOptions = true)
    static final class VoidEvent extends Correction {
        @Override
        void fill(AccountEvent event, KafkaAccess kafka) {
            super.fill(event, kafka);
            event.setType(AccountEventType.EVENT_VOIDED);
        }
    }

    @Command(
            name = "amend-event",
            description = {
                "Correct what a counted event says; totals, alerts and blocks follow.",
                "The event must be in the journal, which has the last seven days. What is not named stays as it was."
                        + " Example: tollgate accounts amend-event acme 0193-a1 --units 12"
            },
            mixinStandardHelpOptions = true)
    static final class AmendEvent extends Correction {
        @Option(names = "--endpoint", paramLabel = "ENDPOINT", description = "What was really called.")
        private @Nullable String endpoint;

        @Option(
                names = "--outcome",
                paramLabel = "OUTCOME",
                description = "How it really ended: one of SUCCESS, AUTH_FAILED, INVALID, LIMITED, SERVER_ERROR.")
        private @Nullable Outcome outcome;

        @Option(names = "--units", paramLabel = "N", description = "How many units it really had, 0 or more.")
        private @Nullable Long units;

        @Option(names = "--input-tokens", paramLabel = "N", description = "Its real input tokens, 0 or more.")
        private @Nullable Long inputTokens;

        @Option(names = "--output-items", paramLabel = "N", description = "Its real output items, 0 or more.")
        private @Nullable Long outputItems;

        @Override
        void check() {
            if (endpoint == null && outcome == null && units == null && inputTokens == null && outputItems == null) {
                throw usage(
                        "nothing is amended: name at least one of --endpoint, --outcome, --units, --input-tokens and"
                                + " --output-items, or void the event");
            }
            if (endpoint != null) {
                require(InputText.required("--endpoint", endpoint, Bounds.MAX_ENDPOINT_CHARACTERS));
            }
            if (outcome == Outcome.UNKNOWN) {
                throw usage(
                        "--outcome must be one of SUCCESS, AUTH_FAILED, INVALID, LIMITED, SERVER_ERROR, was UNKNOWN");
            }
            requireNotNegative("--units", units);
            requireNotNegative("--input-tokens", inputTokens);
            requireNotNegative("--output-items", outputItems);
        }

        @Override
        void fill(AccountEvent event, KafkaAccess kafka) {
            super.fill(event, kafka);
            event.setType(AccountEventType.EVENT_AMENDED);
            event.setAmendment(new Amendment(endpoint, outcome, units, inputTokens, outputItems));
        }

        private void requireNotNegative(String option, @Nullable Long value) {
            if (value != null && value < 0) {
                throw usage(option + " must be 0 or more, was " + value);
            }
        }

        private ParameterException usage(String problem) {
            return new ParameterException(spec.commandLine(), problem);
        }
    }

    private static Plan plan(AccountChange change, KafkaAccess kafka, String id) {
        Map<String, Plan> plans = catalog(kafka);
        Plan found = plans.get(id);
        if (found == null) {
            List<String> known = plans.keySet().stream().sorted().toList();
            throw new ParameterException(
                    change.spec.commandLine(),
                    "plan '" + id + "' is not in the catalog; "
                            + (known.isEmpty()
                                    ? "it is empty: run 'tollgate plans apply FILE'"
                                    : "known plans: " + String.join(", ", known)));
        }
        return found;
    }

    /** The plans, each version of which counts for a command that is written now. */
    private static Map<String, Plan> catalog(KafkaAccess kafka) {
        PlanCatalogClient catalog = PlanCatalogs.client(kafka);
        Map<String, Plan> plans = new LinkedHashMap<>(catalog.read());
        PlanCatalogs.awaitSettled(catalog, kafka, rest -> {});
        return plans;
    }
}
