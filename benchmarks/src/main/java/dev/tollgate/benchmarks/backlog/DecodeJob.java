package dev.tollgate.benchmarks.backlog;

import dev.tollgate.benchmarks.StepLog;
import dev.tollgate.schemas.avro.RequestEvent;
import dev.tollgate.schemas.serde.AvroDeserializer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** A consumer of all partitions that decodes each event and does nothing with it: as fast as reading can be. */
final class DecodeJob implements Job {
    static final String THREAD = "decode";

    private final BacklogStack stack;
    private final EventLog log;
    private final Traffic traffic;

    DecodeJob(BacklogStack stack, EventLog log, Traffic traffic) {
        this.stack = stack;
        this.log = log;
        this.traffic = traffic;
    }

    @Override
    public String name() {
        return "bare consumer, Avro decode";
    }

    @Override
    public Result run(int run, StepLog steps) throws InterruptedException {
        AtomicLong decoded = new AtomicLong();
        AtomicLong units = new AtomicLong();
        AtomicBoolean stopped = new AtomicBoolean();
        Thread reader = Thread.ofPlatform().name(THREAD).start(() -> read(decoded, units, stopped));
        Throughput throughput;
        try {
            throughput = Throughput.watch(decoded::get, traffic.events(), steps);
        } finally {
            stopped.set(true);
            reader.join();
        }
        // It sums nothing by account, but it must have seen what the others see.
        return new Result(
                throughput,
                Map.of(),
                units.get() == units()
                        ? null
                        : "decoded events of " + units.get() + " units, " + units() + " were published");
    }

    private void read(AtomicLong decoded, AtomicLong units, AtomicBoolean stopped) {
        try (AvroDeserializer<RequestEvent> decoder = new AvroDeserializer<>(RequestEvent.class, stack.registry());
                KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                        Map.of(
                                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                stack.bootstrapServers(),
                                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                                false),
                        new ByteArrayDeserializer(),
                        new ByteArrayDeserializer())) {
            String topic = log.requestEvents();
            List<TopicPartition> partitions = TotalsReader.partitions(topic);
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            while (!stopped.get()) {
                int read = 0;
                long sum = 0;
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(20))) {
                    RequestEvent event = decoder.deserialize(topic, record.value());
                    if (event != null && event.getUnits() != null) {
                        sum += event.getUnits();
                        read++;
                    }
                }
                units.addAndGet(sum);
                decoded.addAndGet(read);
            }
        }
    }

    private long units() {
        long[] sum = new long[1];
        traffic.forEach((number, account, atMillis, units) -> sum[0] += units);
        return sum[0];
    }
}
