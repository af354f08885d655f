package dev.tollgate.streams.config;

import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.streams.errors.ErrorHandlerContext;
import org.apache.kafka.streams.errors.ProductionExceptionHandler;

/**
 * Ends the thread if an output record could not be sent, for whatever reason. The handler that Kafka Streams has by
 * default asks for another try after a time-out, and Kafka Streams then revives the task, which is not safe
 * ({@code SingleLifeProcessor}). A new thread tries again as well, with new tasks.
 */
public final class FailOnSendError implements ProductionExceptionHandler {
    /** Made by Kafka Streams. */
    public FailOnSendError() {}

    @Override
    public Response handleError(
            ErrorHandlerContext context, ProducerRecord<byte[], byte[]> record, Exception exception) {
        return Response.fail();
    }

    @Override
    @SuppressWarnings("rawtypes") // As the interface has it.
    public Response handleSerializationError(
            ErrorHandlerContext context,
            ProducerRecord record,
            Exception exception,
            SerializationExceptionOrigin origin) {
        return Response.fail();
    }

    @Override
    public void configure(Map<String, ?> configs) {
        // There is nothing to choose.
    }
}
