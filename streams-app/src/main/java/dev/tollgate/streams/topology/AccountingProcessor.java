package dev.tollgate.streams.topology;

import dev.tollgate.engine.input.Position;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.topic.Topic;
import dev.tollgate.streams.AccountingMetrics;
import dev.tollgate.streams.config.AccountingConfig;
import dev.tollgate.streams.store.Agenda;
import dev.tollgate.streams.store.KafkaAccountStore;
import dev.tollgate.streams.store.KafkaEventIndex;
import java.time.Duration;
import java.util.Objects;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Hands the records of one partition to an {@link AccountingTask}. Kafka Streams may close and open the same processor again
 * after a fault; each opening begins with a new task object, so nothing in memory survives an aborted transaction.
 */
final class AccountingProcessor implements Processor<byte[], byte[], String, SpecificRecord> {
    /** How exactly held-back outputs and ticks keep to their time. */
    static final Duration PUNCTUATION = Duration.ofMillis(50);

    private final AccountingConfig config;
    private final SchemaRegistryClient registry;
    private final PlanCatalogue plans;
    private final AccountingMetrics metrics;
    private final String requestTopic;
    private @Nullable ProcessorContext<String, SpecificRecord> context;
    private @Nullable AccountingTask task;

    AccountingProcessor(
            AccountingConfig config, SchemaRegistryClient registry, PlanCatalogue plans, AccountingMetrics metrics) {
        this.config = config;
        this.registry = registry;
        this.plans = plans;
        this.metrics = metrics;
        this.requestTopic = config.topics().name(Topic.REQUEST_EVENTS);
    }

    @Override
    public void init(ProcessorContext<String, SpecificRecord> opened) {
        context = opened;
        Emitter emitter = new Emitter(opened, plans, metrics);
        Agenda agenda = new Agenda(opened.getStateStore(Names.AGENDA_STORE));
        AccountingTask fresh = new AccountingTask(
                config,
                registry,
                plans,
                metrics,
                emitter,
                new KafkaAccountStore(opened.getStateStore(Names.ACCOUNT_STORE)),
                new KafkaEventIndex(opened.getStateStore(Names.EVENT_STORE)),
                agenda);
        fresh.open();
        opened.schedule(PUNCTUATION, PunctuationType.WALL_CLOCK_TIME, fresh::passTime);
        if (opened.taskId().partition() == 0) {
            RefusedPlans refused = new RefusedPlans(plans, agenda, emitter);
            opened.schedule(PUNCTUATION, PunctuationType.WALL_CLOCK_TIME, now -> refused.say());
        }
        task = fresh;
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
        ProcessorContext<String, SpecificRecord> present = Objects.requireNonNull(context);
        AccountingTask open = Objects.requireNonNull(task);
        RecordMetadata metadata = present.recordMetadata()
                .orElseThrow(() -> new IllegalStateException("a record without a position reached the accounting"));
        InputRecord input = new InputRecord(
                new Position(metadata.topic(), metadata.partition(), metadata.offset()),
                record.timestamp(),
                record.key(),
                record.value());
        if (metadata.topic().equals(requestTopic)) {
            open.request(input, present.currentSystemTimeMs());
        } else {
            open.command(input, present.currentSystemTimeMs());
        }
    }

    @Override
    public void close() {
        task = null;
        context = null;
    }
}
