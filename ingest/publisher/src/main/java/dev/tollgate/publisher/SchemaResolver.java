package dev.tollgate.publisher;

import dev.tollgate.schemas.retry.Backoff;
import dev.tollgate.schemas.serde.SchemaIds;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.apache.avro.Schema;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the registry for schema ids on a thread of its own, again and again until it answers, so that neither the
 * request path nor the delivery thread ever waits for the registry.
 *
 * <p>A rejection is retried as well, more slowly: an operator may register the schema or mend the credentials, and
 * until then the events are kept.
 */
final class SchemaResolver implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SchemaResolver.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

    private final SchemaIds ids;
    private final String topic;
    private final Map<String, EventSchema> schemas = new ConcurrentHashMap<>();
    private final ExecutorService thread;

    SchemaResolver(SchemaIds ids, String topic) {
        this.ids = ids;
        this.topic = topic;
        this.thread =
                Executors.newSingleThreadExecutor(task -> PublisherThreads.daemon("tollgate-publisher-schema", task));
    }

    /** The schema of that text; its id follows as soon as the registry tells it. */
    EventSchema resolve(String text) {
        return schemas.computeIfAbsent(text, key -> {
            EventSchema schema = new EventSchema(key);
            thread.execute(() -> ask(schema));
            return schema;
        });
    }

    private void ask(EventSchema schema) {
        Schema parsed = new Schema.Parser().parse(schema.text());
        Backoff backoff = Backoff.between(FIRST_PAUSE, LONGEST_PAUSE);
        while (!thread.isShutdown()) {
            long pauseMillis;
            try {
                schema.resolved(ids.idOf(topic, parsed));
                return;
            } catch (RuntimeException e) {
                if (thread.isShutdown()) {
                    return;
                }
                pauseMillis = backoff.next().toMillis();
                log.warn(
                        "no schema id yet, events wait: topic={} schema={} nextTryMillis={} reason={}",
                        topic,
                        parsed.getFullName(),
                        pauseMillis,
                        e.getMessage());
            }
            try {
                Thread.sleep(pauseMillis);
            } catch (InterruptedException e) {
                // Only close() interrupts this thread.
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
