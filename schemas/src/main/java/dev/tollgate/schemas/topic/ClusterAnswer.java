package dev.tollgate.schemas.topic;

import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;

/** Waits for what an administrative client has asked the cluster. */
public final class ClusterAnswer {
    private ClusterAnswer() {}

    /**
     * Returns the answer.
     *
     * @param patience how long to wait at most
     * @throws KafkaException if the cluster rejects the request, which is then Kafka's own exception, does not answer
     *     in time, or the thread is interrupted
     */
    public static <T> T await(KafkaFuture<T> future, Duration patience) {
        try {
            return future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new KafkaException("the cluster rejected the request: " + e.getCause(), e.getCause());
        } catch (TimeoutException e) {
            throw new KafkaException("the cluster did not answer within " + patience.toSeconds() + " s", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while waiting for the cluster", e);
        }
    }
}
