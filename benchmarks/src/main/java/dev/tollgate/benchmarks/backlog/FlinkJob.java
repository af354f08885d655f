package dev.tollgate.benchmarks.backlog;

import dev.tollgate.benchmarks.StepLog;
import dev.tollgate.schemas.AvroTypes;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.serde.AvroDeserializer;
import java.io.IOException;
import java.io.Serializable;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.apache.flink.api.common.eventtime.WatermarkStrategy;
import org.apache.flink.api.common.functions.AggregateFunction;
import org.apache.flink.api.common.serialization.AbstractDeserializationSchema;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.RestartStrategyOptions;
import org.apache.flink.configuration.StateBackendOptions;
import org.apache.flink.connector.base.DeliveryGuarantee;
import org.apache.flink.connector.kafka.sink.KafkaRecordSerializationSchema;
import org.apache.flink.connector.kafka.sink.KafkaSink;
import org.apache.flink.connector.kafka.source.KafkaSource;
import org.apache.flink.connector.kafka.source.enumerator.initializer.OffsetsInitializer;
import org.apache.flink.core.execution.CheckpointingMode;
import org.apache.flink.core.execution.JobClient;
import org.apache.flink.core.execution.SavepointFormatType;
import org.apache.flink.kafka.shaded.org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.KeyedStream;
import org.apache.flink.streaming.api.environment.StreamExecutionEnvironment;
import org.apache.flink.streaming.api.functions.windowing.ProcessWindowFunction;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.apache.flink.util.Collector;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * The job on Apache Flink: a cluster in this process, parallelism 1, a tumbling window for each sum, state on the heap,
 * a checkpoint each second, and a sink that is exactly once by Kafka's transactions. All that Flink can choose is
 * chosen in its favour: events become small records right behind the source, objects are reused, and a total is written
 * once, when its window closes, while the other jobs write open totals too. As with the DSL, no event is told from its
 * duplicate, none is journalled, and no limit is known.
 */
final class FlinkJob implements Job {
    /** In the name of each of its threads, as parallelism is 1. */
    static final String TASK_THREADS = "(1/1)#";

    private static final Duration CHECKPOINT_INTERVAL = Duration.ofSeconds(1);
    private static final Duration STOP_PATIENCE = Duration.ofMinutes(2);

    /** Events that each aggregation has taken. Flink copies its functions, so they share what is static alone. */
    private static final Map<String, LongAdder> COUNTED = new ConcurrentHashMap<>();

    private final BacklogStack stack;
    private final EventLog log;
    private final Traffic traffic;
    private final List<WindowedSum> sums;
    private final Totals expected;

    FlinkJob(BacklogStack stack, EventLog log, Traffic traffic, List<WindowedSum> sums, Totals expected) {
        this.stack = stack;
        this.log = log;
        this.traffic = traffic;
        this.sums = sums;
        this.expected = expected;
    }

    /** What a sum needs of an event. */
    public record Usage(String account, long atMillis, long units) implements Serializable {}

    /** A sum, by the name that {@link Totals#key} gives it. */
    public record WindowTotal(String key, long used) implements Serializable {}

    @Override
    public String name() {
        return "Apache Flink, tumbling windows";
    }

    @Override
    public Result run(int run, StepLog steps) throws Exception {
        String name = "flink-" + run;
        String totals = name + "-totals";
        stack.createTopic(totals, EventLog.PARTITIONS);
        Path folder = Files.createDirectories(stack.folder().resolve(name));
        COUNTED.clear();
        sums.forEach(sum -> COUNTED.put(sum.id(), new LongAdder()));
        StreamExecutionEnvironment flink = StreamExecutionEnvironment.createLocalEnvironment(1, configuration(folder));
        try {
            flink.getConfig().enableObjectReuse();
            build(flink, name, totals);
            JobClient job = flink.executeAsync(name);
            CompletableFuture<?> end = job.getJobExecutionResult();
            Throughput throughput = Throughput.watch(() -> countedByAll(end), traffic.events(), steps);
            stop(job, end, folder.resolve("savepoint"));
            TotalsReader.Reading reading =
                    TotalsReader.await(stack, totals, new LongDeserializer(), Totals::put, expected);
            return new Result(
                    throughput, Map.of("totals", (double) reading.records() / traffic.events()), reading.difference());
        } finally {
            flink.close();
        }
    }

    /** Closes all windows, commits what they give, and ends the job. */
    private static void stop(JobClient job, CompletableFuture<?> end, Path savepoint) throws Exception {
        try {
            var _ = job.stopWithSavepoint(true, savepoint.toUri().toString(), SavepointFormatType.NATIVE)
                    .get(STOP_PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            // Why the job has failed says more than that its savepoint did.
            var _ = end.get(STOP_PATIENCE.toSeconds(), TimeUnit.SECONDS);
            throw e;
        }
    }

    /** Events that all aggregations have taken. */
    private static long countedByAll(CompletableFuture<?> end) {
        if (end.isDone()) {
            throw new IllegalStateException(
                    "the Flink job ended before it had all events",
                    end.handle((result, failure) -> failure).join());
        }
        return COUNTED.values().stream().mapToLong(LongAdder::sum).min().orElse(0);
    }

    private static Configuration configuration(Path folder) {
        Configuration configuration = new Configuration();
        configuration.set(RestartStrategyOptions.RESTART_STRATEGY, "disable");
        configuration.set(StateBackendOptions.STATE_BACKEND, "hashmap");
        configuration.set(CheckpointingOptions.CHECKPOINTING_INTERVAL, CHECKPOINT_INTERVAL);
        configuration.set(CheckpointingOptions.CHECKPOINTING_CONSISTENCY_MODE, CheckpointingMode.EXACTLY_ONCE);
        configuration.set(CheckpointingOptions.CHECKPOINT_STORAGE, "filesystem");
        configuration.set(
                CheckpointingOptions.CHECKPOINTS_DIRECTORY,
                folder.resolve("checkpoints").toUri().toString());
        return configuration;
    }

    private void build(StreamExecutionEnvironment flink, String name, String totals) {
        KafkaSource<Usage> source = KafkaSource.<Usage>builder()
                .setBootstrapServers(stack.bootstrapServers())
                .setTopics(log.requestEvents())
                .setGroupId(name)
                .setStartingOffsets(OffsetsInitializer.earliest())
                .setValueOnlyDeserializer(new UsageDecoder(stack.registryUrl()))
                .build();
        KeyedStream<Usage, String> byAccount = flink.fromSource(
                        source,
                        WatermarkStrategy.<Usage>forMonotonousTimestamps()
                                .withTimestampAssigner((usage, appended) -> usage.atMillis()),
                        "request-events")
                .keyBy(Usage::account);
        List<DataStream<WindowTotal>> streams =
                sums.stream().map(sum -> sum(byAccount, sum)).toList();
        DataStream<WindowTotal> all = streams.get(0);
        for (DataStream<WindowTotal> stream : streams.subList(1, streams.size())) {
            all = all.union(stream);
        }
        all.sinkTo(sink(name, totals)).name("totals");
    }

    private static DataStream<WindowTotal> sum(KeyedStream<Usage, String> byAccount, WindowedSum sum) {
        return byAccount
                .window(TumblingEventTimeWindows.of(sum.size()))
                .aggregate(new Sum(sum.id(), sum.quantity()), new Named(sum.id()))
                .name(sum.id());
    }

    private KafkaSink<WindowTotal> sink(String name, String totals) {
        return KafkaSink.<WindowTotal>builder()
                .setBootstrapServers(stack.bootstrapServers())
                .setDeliveryGuarantee(DeliveryGuarantee.EXACTLY_ONCE)
                .setTransactionalIdPrefix(name)
                // The broker's upper bound is 15 minutes, Flink's preset an hour.
                .setProperty("transaction.timeout.ms", "600000")
                .setRecordSerializer(new TotalSerializer(totals))
                .build();
    }

    /** Decodes an event as the other jobs do, and keeps of it what the sums need. */
    private static final class UsageDecoder extends AbstractDeserializationSchema<Usage> {
        private final String registryUrl;
        private transient @Nullable AvroDeserializer<RequestEvent> decoder;

        UsageDecoder(String registryUrl) {
            super(Usage.class);
            this.registryUrl = registryUrl;
        }

        @Override
        public void open(DeserializationSchema.InitializationContext context) {
            AvroTypes.trust();
            decoder = new AvroDeserializer<>(
                    RequestEvent.class, new SchemaRegistryClient(RegistryConfig.ofUrl(registryUrl)));
        }

        @Override
        public Usage deserialize(byte[] message) throws IOException {
            if (decoder == null) {
                throw new IllegalStateException("the decoder was not opened");
            }
            RequestEvent event = decoder.deserialize("", message);
            if (event == null || event.getUnits() == null) {
                throw new IOException("an event without units");
            }
            return new Usage(event.getAccountId(), event.getOccurredAt().toEpochMilli(), event.getUnits());
        }
    }

    private static final class Sum implements AggregateFunction<Usage, Long, Long> {
        private final String id;
        private final WindowedSum.Quantity quantity;
        private transient @Nullable LongAdder counted;

        Sum(String id, WindowedSum.Quantity quantity) {
            this.id = id;
            this.quantity = quantity;
        }

        @Override
        public Long createAccumulator() {
            return 0L;
        }

        @Override
        public Long add(Usage usage, Long used) {
            if (counted == null) {
                counted = COUNTED.computeIfAbsent(id, name -> new LongAdder());
            }
            counted.increment();
            return used + quantity.of(usage.units());
        }

        @Override
        public Long getResult(Long used) {
            return used;
        }

        @Override
        public Long merge(Long one, Long other) {
            return one + other;
        }
    }

    private static final class Named extends ProcessWindowFunction<Long, WindowTotal, String, TimeWindow> {
        private final String id;

        Named(String id) {
            this.id = id;
        }

        @Override
        public void process(String account, Context context, Iterable<Long> sums, Collector<WindowTotal> collector) {
            for (long used : sums) {
                collector.collect(
                        new WindowTotal(Totals.key(id, account, context.window().getStart()), used));
            }
        }
    }

    /** Writes a total without a time: the end of a day lies too far ahead for a broker to accept it as one. */
    private static final class TotalSerializer implements KafkaRecordSerializationSchema<WindowTotal> {
        private final String topic;

        TotalSerializer(String topic) {
            this.topic = topic;
        }

        @Override
        public ProducerRecord<byte[], byte[]> serialize(
                WindowTotal total, KafkaSinkContext context, @Nullable Long timestamp) {
            return new ProducerRecord<>(
                    topic,
                    total.key().getBytes(StandardCharsets.UTF_8),
                    ByteBuffer.allocate(Long.BYTES).putLong(total.used()).array());
        }
    }
}
