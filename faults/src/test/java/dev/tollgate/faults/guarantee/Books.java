package dev.tollgate.faults.guarantee;

import dev.tollgate.schemas.avro.DeadLetter;
import dev.tollgate.schemas.avro.LimitEvent;
import dev.tollgate.schemas.avro.LimitState;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.avro.UsageJournalEntry;
import dev.tollgate.schemas.avro.UsageTotal;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.serde.AvroDeserializer;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.schemas.topic.TopicLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeoutException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;

/**
 * What the topics say: the log of request events as it stands, and what was committed about it. Of the current round
 * everything is kept, of the campaign what must never come twice or go back.
 */
public final class Books implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Tables that take each record of a topic once; those of the rest keep newest versions. */
    private static final Map<Topic, String> TABLES = Map.of(
            Topic.USAGE_JOURNAL,
            "request_journal",
            Topic.LIMIT_EVENTS,
            "limit_event",
            Topic.DEAD_LETTERS,
            "dead_letter");

    private final TopicLayout layout;
    private final Map<Topic, TopicReader> readers = new EnumMap<>(Topic.class);
    private final AvroDeserializer<RequestEvent> requests;
    private final AvroDeserializer<UsageJournalEntry> journal;
    private final AvroDeserializer<UsageTotal> totals;
    private final AvroDeserializer<LimitEvent> limitEvents;
    private final AvroDeserializer<LimitState> limitStates;
    private final AvroDeserializer<DeadLetter> deadLetters;

    // Of the campaign.
    private final Map<String, Reached> reached = new HashMap<>();
    private final Set<String> limitEventIds = new HashSet<>();
    private final Map<String, Long> versions = new HashMap<>();
    private final List<String> irregularities = new ArrayList<>();

    // Of the round.
    private final TreeMap<Position, Appended> log = new TreeMap<>();
    private final List<UsageJournalEntry> entries = new ArrayList<>();
    private final Map<Integer, List<Decision>> decisions = new TreeMap<>();
    private final List<DeadLetter> letters = new ArrayList<>();
    private final Map<Window, UsageTotal> newestTotals = new LinkedHashMap<>();
    private final List<LimitEvent> events = new ArrayList<>();
    private final List<Snapshot> snapshots = new ArrayList<>();

    /**
     * A record of request-events.
     *
     * @param appendedAtMillis when the log took it
     * @param event what it says; null if it is no event at all
     */
    public record Appended(
            Position position,
            long appendedAtMillis,
            @Nullable RequestEvent event) {}

    /** When an event was appended, and when its verdict was; milliseconds since the epoch, by the brokers' clocks. */
    public record Decision(long appendedAtMillis, long decidedAtMillis) {}

    /**
     * A record of limit-state.
     *
     * @param appendedAtMillis when the log took it
     */
    public record Snapshot(long appendedAtMillis, LimitState state) {}

    /** Names a total. */
    public record Window(String account, String limit, String scopeKey, long startMillis) {
        @Override
        public String toString() {
            return account + " " + limit + (scopeKey.isEmpty() ? "" : " " + scopeKey) + " "
                    + java.time.Instant.ofEpochMilli(startMillis);
        }
    }

    public Books(String bootstrapServers, SchemaRegistryClient registry, TopicLayout layout) {
        this.layout = layout;
        for (Topic topic : Topic.values()) {
            if (topic != Topic.PLAN_CATALOG && topic != Topic.ACCOUNT_EVENTS) {
                readers.put(topic, new TopicReader(bootstrapServers, layout.name(topic), layout.partitions(topic)));
            }
        }
        requests = new AvroDeserializer<>(RequestEvent.class, registry);
        journal = new AvroDeserializer<>(UsageJournalEntry.class, registry);
        totals = new AvroDeserializer<>(UsageTotal.class, registry);
        limitEvents = new AvroDeserializer<>(LimitEvent.class, registry);
        limitStates = new AvroDeserializer<>(LimitState.class, registry);
        deadLetters = new AvroDeserializer<>(DeadLetter.class, registry);
    }

    /** Forgets the last round. */
    public void beginRound() throws TimeoutException {
        readOn();
        log.clear();
        entries.clear();
        decisions.clear();
        letters.clear();
        newestTotals.clear();
        events.clear();
        snapshots.clear();
        irregularities.clear();
    }

    /** Reads everything on to its present end. */
    public void readOn() throws TimeoutException {
        read(Topic.REQUEST_EVENTS, this::request);
        read(Topic.USAGE_JOURNAL, record -> {
            UsageJournalEntry entry = value(journal, record);
            entries.add(entry);
            decisions
                    .computeIfAbsent(entry.getSourcePartition(), any -> new ArrayList<>())
                    .add(new Decision(entry.getAppendedAt().toEpochMilli(), record.timestamp()));
        });
        read(Topic.USAGE_TOTALS, record -> total(value(totals, record)));
        read(Topic.LIMIT_EVENTS, record -> limitEvent(value(limitEvents, record)));
        read(Topic.LIMIT_STATE, record -> {
            // A tombstone says that nothing of a project or API key is in use any more, as the snapshot before it did.
            if (record.value() != null) {
                state(
                        new String(record.key(), java.nio.charset.StandardCharsets.UTF_8),
                        new Snapshot(record.timestamp(), value(limitStates, record)));
            }
        });
        read(Topic.DEAD_LETTERS, record -> letters.add(value(deadLetters, record)));
    }

    private void read(Topic topic, java.util.function.Consumer<ConsumerRecord<byte[], byte[]>> visitor)
            throws TimeoutException {
        Objects.requireNonNull(readers.get(topic))
                .readOn(
                        record -> {
                            String table = TABLES.get(topic);
                            if (table != null) {
                                reached.merge(
                                        table + " " + record.partition(),
                                        new Reached(1, record.offset()),
                                        (before, now) -> before.plus(now.highestOffset()));
                            }
                            visitor.accept(record);
                        },
                        PATIENCE);
    }

    private static <T extends SpecificRecord> T value(
            AvroDeserializer<T> deserializer, ConsumerRecord<byte[], byte[]> record) {
        return Objects.requireNonNull(deserializer.deserialize(record.topic(), record.value()));
    }

    private void request(ConsumerRecord<byte[], byte[]> record) {
        Position position = new Position(record.partition(), record.offset());
        RequestEvent event = null;
        try {
            event = requests.deserialize(record.topic(), record.value());
        } catch (SerializationException e) {
            // Bytes that are no event belong to the traffic.
        }
        log.put(position, new Appended(position, record.timestamp(), event));
    }

    private void total(UsageTotal total) {
        Window window = new Window(
                total.getAccountId(),
                total.getLimitId(),
                total.getScopeKey(),
                total.getWindowStart().toEpochMilli());
        UsageTotal before = newestTotals.put(window, total);
        if (before != null && before.getVersion() > total.getVersion()) {
            irregularities.add("the version of the total " + window + " went back from " + before.getVersion() + " to "
                    + total.getVersion());
        }
    }

    private void limitEvent(LimitEvent event) {
        events.add(event);
        if (!limitEventIds.add(event.getLimitEventId())) {
            irregularities.add("limit event committed twice: " + event);
        }
        growing("limit-events", event.getAccountId(), event.getVersion(), true);
    }

    private void state(String key, Snapshot snapshot) {
        snapshots.add(snapshot);
        growing("limit-state", key, snapshot.state().getVersion(), false);
    }

    private void growing(String topic, String key, long version, boolean strictly) {
        Long before = versions.put(topic + " " + key, version);
        if (before != null && (strictly ? before >= version : before > version)) {
            irregularities.add("the version of " + key.replace('\0', '/') + " in " + topic + " went from " + before
                    + " to " + version);
        }
    }

    /** Records of request-events, in the order of the log. */
    public Map<Position, Appended> log() {
        return log;
    }

    public List<UsageJournalEntry> journal() {
        return entries;
    }

    /** Decisions since the round began, by partition of the events. */
    public Map<Integer, List<Decision>> decisions() {
        return decisions;
    }

    /** All dead letters since the round began. */
    public List<DeadLetter> deadLetters() {
        return letters;
    }

    /** Dead letters about request events. */
    public List<DeadLetter> deadRequests() {
        String topic = layout.name(Topic.REQUEST_EVENTS);
        return letters.stream()
                .filter(letter -> letter.getSourceTopic().equals(topic))
                .toList();
    }

    /** Dead letters about anything else. */
    public List<DeadLetter> otherDeadLetters() {
        String topic = layout.name(Topic.REQUEST_EVENTS);
        return letters.stream()
                .filter(letter -> !letter.getSourceTopic().equals(topic))
                .toList();
    }

    public Map<Window, UsageTotal> totals() {
        return newestTotals;
    }

    public List<LimitEvent> limitEvents() {
        return events;
    }

    /** Snapshots since the round began, those of an account in the order in which they were committed. */
    public List<Snapshot> snapshots() {
        return snapshots;
    }

    /** What came twice or went back, in words. */
    public List<String> irregularities() {
        return irregularities;
    }

    /** What was read of some topics since the campaign began, by the name of ClickHouse's table and partition. */
    Map<String, Reached> reached() {
        return reached;
    }

    @Override
    public void close() {
        readers.values().forEach(TopicReader::close);
    }
}
