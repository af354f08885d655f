package dev.tollgate.streams.topology;

import org.apache.kafka.common.errors.RetriableException;

/**
 * Kafka Streams opened a task again that has lived before; see {@link SingleLifeProcessor}. A new task does what it
 * cannot.
 */
public final class RevivedTaskException extends RetriableException {
    private static final long serialVersionUID = 1L;

    RevivedTaskException(String message) {
        super(message);
    }
}
