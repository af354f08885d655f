package dev.tollgate.benchmarks.backlog;

import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/** What an instance of Kafka Streams has sent, as its producers count it. */
final class SentRecords {
    private SentRecords() {}

    /**
     * Records by topic.
     *
     * @param prefixes cut off the topics' names, in this order
     */
    static Map<String, Double> of(Map<MetricName, ? extends Metric> metrics, String... prefixes) {
        Map<String, Double> sent = new TreeMap<>();
        metrics.forEach((name, metric) -> {
            if (name.group().equals("producer-topic-metrics") && name.name().equals("record-send-total")) {
                String topic = name.tags().getOrDefault("topic", "");
                for (String prefix : prefixes) {
                    topic = topic.startsWith(prefix) ? topic.substring(prefix.length()) : topic;
                }
                sent.merge(topic, ((Number) metric.metricValue()).doubleValue(), Double::sum);
            }
        });
        return sent;
    }
}
