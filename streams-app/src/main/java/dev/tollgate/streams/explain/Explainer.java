package dev.tollgate.streams.explain;

import dev.tollgate.schemas.avro.AccountEvent;
import dev.tollgate.schemas.avro.Limit;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.PlanVersion;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.input.InputRecord;
import dev.tollgate.streams.replay.AccountReplay;
import dev.tollgate.streams.replay.ReplayLog;
import dev.tollgate.streams.replay.ReplayProgress;
import dev.tollgate.streams.replay.TruncatedLogException;
import dev.tollgate.streams.translate.RecordDecoder;
import dev.tollgate.streams.translate.RejectedRecordException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificRecord;
import org.jspecify.annotations.Nullable;

/**
 * Explains limit events: reads the account's records again from the log's beginning, applies them with the processor of
 * the live role and the live role's settings, and shows what the event rests on and whether it comes again as it was.
 * Reads the topics alone, and changes nothing.
 *
 * <p>Cost: one pass over the account's partition of {@code request-events} and {@code account-events}; memory for one
 * account's state and for what an {@link Explanation} holds. Not thread-safe.
 */
public final class Explainer {
    /** Most commands of an explanation. */
    public static final int MAX_CHANGES = 50;

    private static final int MAX_COMMAND_BYTES = 65_536;

    private final AccountingConfig config;
    private final SchemaRegistryClient registry;
    private final ReplayLog log;
    private final LongSupplier clock;

    /**
     * An explainer; nothing is connected yet.
     *
     * @param config the configuration of the accounting role: with another settle time, dedupe horizon, default plan,
     *     age bound or number of keys a replay says something else
     * @param clock wall-clock time, milliseconds since the epoch: what time alone brings is said up to there
     */
    public Explainer(AccountingConfig config, LongSupplier clock) {
        this.config = config;
        this.registry = new SchemaRegistryClient(config.registry());
        this.log = new ReplayLog(config, registry);
        this.clock = clock;
    }

    /**
     * Explains a limit event.
     *
     * @param accountId whose it is, which spares looking for it in every partition; null if that is not known
     * @param calls how many of the last calls that used the limit are shown, 0 or more
     * @return empty if topic {@code limit-events} does not have the event, or not any more
     * @throws org.apache.kafka.common.KafkaException if Kafka or the registry do not answer
     */
    public Optional<Explanation> explain(
            String limitEventId, @Nullable String accountId, int calls, ReplayProgress progress) {
        ReplayLog.FoundEvent found = log.find(limitEventId, accountId, progress);
        return found == null ? Optional.empty() : Optional.of(explain(found.event(), calls, progress));
    }

    private Explanation explain(LimitEvent event, int calls, ReplayProgress progress) {
        long nowMillis = clock.getAsLong();
        ReplayLog.Catalog catalog = log.readCatalog();
        Evidence evidence = new Evidence(event, calls);
        Limit limit = limitOf(event, catalog.versions());
        try {
            long records = replay(
                    event.getAccountId(), catalog, nowMillis, evidence, evidence::isComplete, evidence::seen, progress);
            return evidence.explanation(limit, evidence.outcome(records));
        } catch (TruncatedLogException e) {
            return new Explanation(
                    Explanation.Origin.LOG,
                    event,
                    limit,
                    null,
                    null,
                    List.of(),
                    new ReplayOutcome(
                            ReplayOutcome.Result.LOG_EXPIRED, List.of(Objects.requireNonNull(e.getMessage())), 0));
        }
    }

    /**
     * Compares all limit events of an account with those of a replay, field by field.
     *
     * @throws TruncatedLogException if the log does not reach back to the account's beginning
     * @throws org.apache.kafka.common.KafkaException if Kafka or the registry do not answer
     */
    public ReplayCheck check(String accountId, ReplayProgress progress) throws TruncatedLogException {
        long nowMillis = clock.getAsLong();
        Map<String, LimitEvent> logged = new LinkedHashMap<>();
        log.readLimitEvents(
                accountId,
                (event, position) -> {
                    logged.put(event.getLimitEventId(), event);
                    return true;
                },
                progress);
        long newestVersion =
                logged.values().stream().mapToLong(LimitEvent::getVersion).max().orElse(0);
        List<String> differences = new ArrayList<>();
        Map<String, LimitEvent> replayed = new LinkedHashMap<>();
        long records = replay(
                accountId,
                log.readCatalog(),
                nowMillis,
                output -> {
                    if (output instanceof LimitEvent event) {
                        replayed.put(event.getLimitEventId(), event);
                    }
                },
                () -> false,
                _ -> {},
                progress);
        long same = 0;
        for (LimitEvent event : logged.values()) {
            LimitEvent again = replayed.remove(event.getLimitEventId());
            if (event.equals(again)) {
                same++;
            } else {
                differences.add(event.getLimitEventId() + ": "
                        + (again == null
                                ? "the replay does not raise it"
                                : String.join("; ", differences(event, again))));
            }
        }
        // What follows the newest logged event may not have been written yet.
        replayed.values().stream()
                .filter(event -> event.getVersion() <= newestVersion)
                .forEach(event -> differences.add(
                        event.getLimitEventId() + ": the replay raises it, and the topic does not have it"));
        return new ReplayCheck(
                logged.size(),
                same,
                differences.subList(0, Math.min(ReplayCheck.MAX_DIFFERENCES, differences.size())),
                records);
    }

    /** @return how many records were applied */
    private long replay(
            String accountId,
            ReplayLog.Catalog catalog,
            long nowMillis,
            Consumer<SpecificRecord> outputs,
            java.util.function.BooleanSupplier complete,
            Consumer<InputRecord> inputs,
            ReplayProgress progress)
            throws TruncatedLogException {
        try (AccountReplay replay =
                new AccountReplay(config, registry, catalog.catalog(), log.partitionOf(accountId), outputs)) {
            log.readAccount(
                    accountId,
                    record -> {
                        inputs.accept(record);
                        replay.apply(record);
                        return !complete.getAsBoolean();
                    },
                    progress);
            if (!complete.getAsBoolean()) {
                replay.passTime(nowMillis);
            }
            return replay.records();
        }
    }

    private static @Nullable Limit limitOf(LimitEvent event, Map<String, Map<Integer, PlanVersion>> versions) {
        PlanVersion version = versions.getOrDefault(event.getPlanId(), Map.of()).get(event.getPlanVersion());
        return version == null
                ? null
                : version.getLimits().stream()
                        .filter(limit -> limit.getLimitId().equals(event.getLimitId()))
                        .findFirst()
                        .orElse(null);
    }

    private static List<String> differences(LimitEvent logged, LimitEvent replayed) {
        List<String> differences = new ArrayList<>();
        for (Schema.Field field : logged.getSchema().getFields()) {
            Object before = logged.get(field.pos());
            Object now = replayed.get(field.pos());
            if (!Objects.equals(before, now)) {
                differences.add(field.name() + " was " + before + ", the replay says " + now);
            }
        }
        return differences;
    }

    /** What a replay shows of one event, up to the event. */
    private final class Evidence implements Consumer<SpecificRecord> {
        private final LimitEvent event;
        private final @Nullable UsageOfLimit usage;
        private final ArrayDeque<AccountEvent> changes = new ArrayDeque<>();
        private final RecordDecoder<AccountEvent> commands =
                new RecordDecoder<>(AccountEvent.class, registry, MAX_COMMAND_BYTES);
        private final String commandTopic = config.topics().name(Topic.ACCOUNT_EVENTS);
        private @Nullable UsageJournalEntry crossingCall;
        private @Nullable LimitEvent replayed;

        Evidence(LimitEvent event, int calls) {
            this.event = event;
            this.usage =
                    event.getLimitId() == null || event.getMeterId() == null ? null : new UsageOfLimit(event, calls);
        }

        boolean isComplete() {
            return replayed != null;
        }

        void seen(InputRecord record) {
            if (!record.position().topic().equals(commandTopic)) {
                return;
            }
            try {
                changes.addLast(commands.decode(
                        commandTopic, record.value(), record.appendedAtMillis(), record.appendedAtMillis()));
                if (changes.size() > MAX_CHANGES) {
                    changes.removeFirst();
                }
            } catch (RejectedRecordException e) {
                // The accounting has rejected it as well, so it has changed nothing.
            }
        }

        @Override
        public void accept(SpecificRecord output) {
            if (output instanceof UsageJournalEntry entry) {
                if (usage != null) {
                    usage.add(entry);
                }
                if (isCrossing(entry)) {
                    crossingCall = entry;
                }
            } else if (output instanceof LimitEvent raised
                    && raised.getLimitEventId().equals(event.getLimitEventId())) {
                replayed = raised;
            }
        }

        private boolean isCrossing(UsageJournalEntry entry) {
            return Objects.equals(event.getCrossingTopic(), entry.getSourceTopic())
                    && Objects.equals(event.getCrossingPartition(), entry.getSourcePartition())
                    && Objects.equals(event.getCrossingOffset(), entry.getSourceOffset());
        }

        ReplayOutcome outcome(long records) {
            LimitEvent again = replayed;
            if (again == null) {
                return new ReplayOutcome(
                        ReplayOutcome.Result.NOT_RAISED, List.of("the replay does not raise the event"), records);
            }
            List<String> differences = differences(event, again);
            return new ReplayOutcome(
                    differences.isEmpty() ? ReplayOutcome.Result.SAME : ReplayOutcome.Result.DIFFERENT,
                    differences,
                    records);
        }

        Explanation explanation(@Nullable Limit limit, ReplayOutcome outcome) {
            return new Explanation(
                    Explanation.Origin.LOG,
                    event,
                    limit,
                    usage == null ? null : usage.result(),
                    crossingCall,
                    List.copyOf(changes),
                    outcome);
        }
    }
}
