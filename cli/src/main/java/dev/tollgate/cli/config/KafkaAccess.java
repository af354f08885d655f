package dev.tollgate.cli.config;

import dev.tollgate.schemas.cluster.ClusterConfig;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.config.SettingsReader;
import dev.tollgate.schemas.registry.RegistryConfig;
import dev.tollgate.schemas.registry.SchemaRegistryClient;
import dev.tollgate.schemas.serde.AvroDeserializer;
import dev.tollgate.schemas.serde.AvroSerializer;
import dev.tollgate.schemas.topic.TopicLayout;
import dev.tollgate.streams.config.AccountingSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The cluster, its registry and the topics in it, with the clients that operators' commands need.
 *
 * @param cluster Kafka, registry and topics
 * @param planSettleTime how long after its append a plan version counts for records
 */
public record KafkaAccess(ClusterConfig cluster, Duration planSettleTime) {
    /** Every key that {@link #from} reads. */
    public static final List<SettingGroup> SETTINGS = ClusterConfig.settingsAnd(AccountingSettings.GROUP);

    /** Reads {@link #SETTINGS}; problems are noted in the reader. */
    public static KafkaAccess from(SettingsReader settings) {
        return new KafkaAccess(ClusterConfig.read(settings), settings.get(AccountingSettings.PLAN_SETTLE_TIME));
    }

    /** {@code host:port,...} */
    public String bootstrapServers() {
        return cluster.bootstrapServers();
    }

    /** Where the schemas are. */
    public RegistryConfig registry() {
        return cluster.registry();
    }

    /** Names and partitions of the topics. */
    public TopicLayout layout() {
        return cluster.topics();
    }

    /** A new admin client; the caller closes it. */
    public Admin admin() {
        return Admin.create(cluster.clients());
    }

    /** A new registry client. */
    public SchemaRegistryClient registryClient() {
        return new SchemaRegistryClient(registry());
    }

    /** A new idempotent producer of one type, keyed by text; the caller closes it. */
    public <T extends SpecificRecord> Producer<String, T> producer(SchemaRegistryClient client) {
        return producer(new AvroSerializer<>(client));
    }

    /** A new idempotent producer with a serializer of the caller's; the caller closes it. */
    public <T> Producer<String, T> producer(Serializer<T> values) {
        Map<String, Object> config = cluster.clients();
        config.put(ProducerConfig.ACKS_CONFIG, "all");
        config.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        return new KafkaProducer<>(config, new StringSerializer(), values);
    }

    /** A new consumer of one type without a group; the caller assigns partitions and closes it. */
    public <T extends SpecificRecord> Consumer<String, T> consumer(
            Class<T> type, SchemaRegistryClient client, boolean committedOnly) {
        return consumer(new AvroDeserializer<>(type, client), committedOnly);
    }

    /**
     * A new consumer with a deserializer of the caller's, without a group; the caller assigns partitions and closes it.
     */
    public <T> Consumer<String, T> consumer(Deserializer<T> values, boolean committedOnly) {
        Map<String, Object> config = cluster.clients();
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, committedOnly ? "read_committed" : "read_uncommitted");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        return new KafkaConsumer<>(config, new StringDeserializer(), values);
    }

    /** What the libraries for services take: Kafka's and the registry's own names, and the prefix of the topics. */
    public Map<String, Object> libraryProperties() {
        Map<String, Object> config = new HashMap<>(clientSettings());
        config.put("topics.prefix", layout().prefix());
        return config;
    }

    /** What clients and serializers take, by Kafka's and the registry's own names, as text. */
    public Map<String, String> clientSettings() {
        return cluster.clientsAndRegistry();
    }
}
