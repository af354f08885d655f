package dev.tollgate.benchmarks.backlog;

import dev.tollgate.benchmarks.StepLog;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.serde.AvroDeserializer;
import dev.tollgate.schemas.serde.AvroSerializer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.atomic.LongAdder;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.LongDeserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KGroupedStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.state.WindowStore;

/**
 * The job as the Kafka Streams DSL offers it: a windowed aggregation for each sum, cache on, exactly once, one thread,
 * everything else as it comes. No event is told from its duplicate, none is journalled, and no limit is known.
 */
final class StreamsDslJob implements Job {
    private static final Duration GRACE = Duration.ofSeconds(60);

    private final BacklogStack stack;
    private final EventLog log;
    private final Traffic traffic;
    private final List<WindowedSum> sums;
    private final Totals expected;

    StreamsDslJob(BacklogStack stack, EventLog log, Traffic traffic, List<WindowedSum> sums, Totals expected) {
        this.stack = stack;
        this.log = log;
        this.traffic = traffic;
        this.sums = sums;
        this.expected = expected;
    }

    @Override
    public String name() {
        return "Kafka Streams DSL, windowed aggregations";
    }

    @Override
    public Result run(int run, StepLog steps) throws Exception {
        String application = "dsl-" + run;
        String totals = application + "-totals";
        stack.createTopic(totals, EventLog.PARTITIONS);
        LongAdder counted = new LongAdder();
        try (KafkaStreams streams = new KafkaStreams(topology(totals, counted), properties(application))) {
            streams.start();
            Throughput throughput = Throughput.watch(counted::sum, traffic.events(), steps);
            TotalsReader.Reading reading =
                    TotalsReader.await(stack, totals, new LongDeserializer(), Totals::put, expected);
            Map<String, Double> records = SentRecords.of(streams.metrics(), application + "-");
            records.replaceAll((topic, sent) -> sent / traffic.events());
            return new Result(throughput, records, reading.difference());
        }
    }

    private Topology topology(String totals, LongAdder counted) {
        StreamsBuilder builder = new StreamsBuilder();
        Serde<RequestEvent> events = Serdes.serdeFrom(
                new AvroSerializer<>(stack.registry()), new AvroDeserializer<>(RequestEvent.class, stack.registry()));
        KGroupedStream<String, RequestEvent> byAccount = builder.stream(
                        log.requestEvents(),
                        Consumed.with(Serdes.String(), events)
                                .withTimestampExtractor((event, highest) -> ((RequestEvent) event.value())
                                        .getOccurredAt()
                                        .toEpochMilli()))
                .groupByKey(Grouped.with(Serdes.String(), events));
        for (int i = 0; i < sums.size(); i++) {
            WindowedSum sum = sums.get(i);
            // Each event goes through the aggregations in this order, so the last of them has all that the others have.
            boolean last = i == sums.size() - 1;
            byAccount
                    .windowedBy(TimeWindows.ofSizeAndGrace(sum.size(), GRACE))
                    .aggregate(
                            () -> 0L,
                            (account, event, used) -> {
                                if (last) {
                                    counted.increment();
                                }
                                Long units = event.getUnits();
                                return used + sum.quantity().of(units == null ? 1 : units);
                            },
                            Materialized.<String, Long, WindowStore<Bytes, byte[]>>as(sum.id())
                                    .withKeySerde(Serdes.String())
                                    .withValueSerde(Serdes.Long()))
                    .toStream()
                    .map((window, used) -> KeyValue.pair(
                            Totals.key(sum.id(), window.key(), window.window().start()), used))
                    .to(totals, Produced.with(Serdes.String(), Serdes.Long()));
        }
        return builder.build();
    }

    private Properties properties(String application) {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, application);
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, stack.bootstrapServers());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, 1);
        properties.put(
                StreamsConfig.STATE_DIR_CONFIG,
                stack.folder().resolve(application).toString());
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return properties;
    }
}
