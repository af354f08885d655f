package dev.tollgate.cli.operate;

import dev.tollgate.cli.config.ConfigOptions;
import dev.tollgate.cli.config.KafkaAccess;
import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.cli.terminal.Json;
import dev.tollgate.schemas.avro.DeadLetter;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.NotifyDelivery;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.UsageTotal;
import dev.tollgate.schemas.text.PrintableText;
import dev.tollgate.schemas.topic.Topic;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tollgate tail}: follows one of the output topics. */
@Command(
        name = "tail",
        description = {
            "Follow a topic and print its records, one a line, until Ctrl-C.",
            "Reads committed records, so each line is final; --uncommitted shows them some milliseconds earlier, as"
                    + " gates see them."
        },
        mixinStandardHelpOptions = true)
public final class TailCommand implements Runnable {
    @Spec
    @SuppressWarnings("NullAway.Init") // Set by picocli before run.
    private CommandSpec spec;

    @Mixin
    private final ConfigOptions config = new ConfigOptions();

    @Parameters(
            paramLabel = "TOPIC",
            defaultValue = "limit-events",
            description = "limit-events (default), usage-journal, usage-totals, dead-letters or notify-deliveries.")
    @SuppressWarnings("NullAway.Init") // Has a default value.
    private String topic;

    @Option(names = "--json", description = "Print each record as one JSON object.")
    private boolean json;

    @Option(names = "--from-beginning", description = "Begin with the oldest record instead of the next one.")
    private boolean fromBeginning;

    @Option(names = "--uncommitted", description = "Show records before their transaction is committed.")
    private boolean uncommitted;

    @Option(names = "--account", paramLabel = "ID", description = "Only records of one account.")
    private @Nullable String account;

    @Option(names = "--max", paramLabel = "N", description = "End after N records.")
    private long max = Long.MAX_VALUE;

    @Override
    public void run() {
        switch (topic) {
            case "limit-events" -> follow(Topic.LIMIT_EVENTS, LimitEvent.class, RecordText::of);
            case "usage-journal" -> follow(Topic.USAGE_JOURNAL, UsageJournalEntry.class, RecordText::of);
            case "usage-totals" -> follow(Topic.USAGE_TOTALS, UsageTotal.class, RecordText::of);
            case "dead-letters" -> follow(Topic.DEAD_LETTERS, DeadLetter.class, RecordText::of);
            case "notify-deliveries" -> follow(Topic.NOTIFY_DELIVERIES, NotifyDelivery.class, RecordText::of);
            default ->
                throw new picocli.CommandLine.ParameterException(
                        spec.commandLine(),
                        "TOPIC must be limit-events, usage-journal, usage-totals, dead-letters or notify-deliveries,"
                                + " was '" + topic + "'");
        }
    }

    private <T extends SpecificRecord> void follow(Topic followed, Class<T> type, Function<T, String> text) {
        KafkaAccess kafka = config.kafka();
        PrintWriter out = spec.commandLine().getOut();
        try (Consumer<String, T> consumer = kafka.consumer(type, kafka.registryClient(), !uncommitted)) {
            Thread main = Thread.currentThread();
            Runtime.getRuntime().addShutdownHook(new Thread(() -> {
                consumer.wakeup();
                join(main);
            }));
            List<TopicPartition> partitions = consumer
                    .partitionsFor(kafka.layout().name(followed))
                    .stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            if (partitions.isEmpty()) {
                throw new CommandFailure(
                        "topic " + kafka.layout().name(followed) + " does not exist; run 'tollgate topics apply'");
            }
            consumer.assign(partitions);
            if (fromBeginning) {
                consumer.seekToBeginning(partitions);
            } else {
                consumer.seekToEnd(partitions);
            }
            long printed = 0;
            while (printed < max) {
                for (ConsumerRecord<String, T> record : poll(consumer)) {
                    if (printed < max && isWanted(record)) {
                        out.println(json ? Json.line(record.value()) : PrintableText.of(text.apply(record.value())));
                        printed++;
                    }
                }
                out.flush();
            }
        } catch (WakeupException e) {
            // Ctrl-C: leave the loop and close.
            out.flush();
        }
    }

    private <T> Iterable<ConsumerRecord<String, T>> poll(Consumer<String, T> consumer) {
        try {
            return consumer.poll(Duration.ofSeconds(1));
        } catch (SerializationException e) {
            throw new CommandFailure("a record cannot be read: " + e.getMessage(), e);
        }
    }

    private <T extends SpecificRecord> boolean isWanted(ConsumerRecord<String, T> record) {
        if (record.value() == null) {
            return false;
        }
        if (account == null) {
            return true;
        }
        Object id = record.value()
                .get(record.value().getSchema().getField("account_id").pos());
        return account.equals(id);
    }

    private static void join(Thread thread) {
        try {
            thread.join(Duration.ofSeconds(5));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Lines for people. */
    static final class RecordText {
        private RecordText() {}

        static String of(LimitEvent event) {
            StringBuilder text = new StringBuilder();
            text.append(event.getEventTime())
                    .append("  ")
                    .append(String.format(Locale.ROOT, "%-22s", event.getKind()))
                    .append("  account=")
                    .append(event.getAccountId());
            add(text, "limit", event.getLimitId());
            if (!event.getScopeKey().isEmpty()) {
                add(text, event.getScope().name().toLowerCase(Locale.ROOT), event.getScopeKey());
            }
            if (event.getUsed() != null && event.getAmount() != null) {
                add(text, "used", event.getUsed() + "/" + event.getAmount());
            }
            add(text, "blocked-until", event.getBlockedUntil());
            add(text, "cause", event.getCause());
            add(text, "plan", event.getPlanId() + " v" + event.getPlanVersion());
            add(text, "by", event.getCrossingEventId());
            add(text, "reason", event.getReason());
            return text.toString();
        }

        static String of(UsageJournalEntry entry) {
            StringBuilder text = new StringBuilder();
            text.append(entry.getOccurredAt())
                    .append("  ")
                    .append(String.format(Locale.ROOT, "%-15s", entry.getVerdict()));
            add(text, "account", entry.getAccountId());
            add(text, "event", entry.getEventId());
            add(text, "endpoint", entry.getEndpoint());
            add(text, "costs", entry.getCosts());
            if (!entry.getLateLimits().isEmpty()) {
                add(text, "late-for", entry.getLateLimits());
            }
            return text.toString();
        }

        static String of(UsageTotal total) {
            StringBuilder text = new StringBuilder();
            text.append(total.getWindowStart()).append("  ").append(total.getClosed() ? "closed" : "open  ");
            add(text, "account", total.getAccountId());
            add(text, "limit", total.getLimitId());
            add(text, "used", total.getUsed() + "/" + (total.getAmount() == null ? "unlimited" : total.getAmount()));
            return text.toString();
        }

        static String of(DeadLetter letter) {
            StringBuilder text = new StringBuilder();
            text.append(letter.getRejectedAt())
                    .append("  ")
                    .append(letter.getReason())
                    .append("  at ")
                    .append(letter.getSourceTopic())
                    .append('-')
                    .append(letter.getSourcePartition())
                    .append('@')
                    .append(letter.getSourceOffset());
            add(text, "account", letter.getAccountId());
            return text.append("  ").append(letter.getDetail()).toString();
        }

        static String of(NotifyDelivery delivery) {
            StringBuilder text = new StringBuilder();
            text.append(delivery.getStartedAt() == null ? "not sent" : delivery.getStartedAt())
                    .append("  ")
                    .append(String.format(Locale.ROOT, "%-10s", delivery.getOutcome()));
            add(text, "endpoint", delivery.getEndpoint());
            add(text, "account", delivery.getAccountId());
            add(text, "event", delivery.getLimitEventId());
            add(text, "attempt", delivery.getAttempt());
            add(text, "status", delivery.getStatus());
            add(text, "failure", delivery.getFailure());
            add(text, "next", delivery.getNextAttemptAt());
            return text.toString();
        }

        private static void add(StringBuilder text, String name, @Nullable Object value) {
            if (value != null) {
                text.append("  ").append(name).append('=').append(value);
            }
        }
    }
}
