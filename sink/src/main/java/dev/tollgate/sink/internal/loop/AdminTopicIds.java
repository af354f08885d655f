package dev.tollgate.sink.internal.loop;

import dev.tollgate.sink.internal.failure.UnavailableException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;

/** Asks the cluster. */
public final class AdminTopicIds implements TopicIds {
    private static final long TIMEOUT_SECONDS = 20;

    private final Admin admin;

    public AdminTopicIds(Admin admin) {
        this.admin = admin;
    }

    @Override
    public Map<String, String> resolve(Collection<String> topics) throws UnavailableException {
        try {
            Map<String, TopicDescription> descriptions =
                    admin.describeTopics(topics).allTopicNames().get(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            Map<String, String> ids = new HashMap<>();
            descriptions.forEach(
                    (name, description) -> ids.put(name, description.topicId().toString()));
            return ids;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UnavailableException(
                    UnavailableException.Part.KAFKA, "interrupted while asking for the topics", e);
        } catch (ExecutionException | TimeoutException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new UnavailableException(
                    UnavailableException.Part.KAFKA,
                    "the topics " + topics + " cannot be described: " + cause.getMessage()
                            + "; if they are missing, run tollgate topics apply",
                    e);
        }
    }
}
