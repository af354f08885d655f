package dev.tollgate.streams;

import dev.tollgate.schemas.registry.RegistryUnavailableException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.FencedInstanceIdException;
import org.apache.kafka.common.errors.InvalidConfigurationException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/**
 * What a fault that ended a stream thread, or kept one from being made, calls for.
 *
 * <p>Under exactly-once the transaction of the thread is aborted and its records are read again, so beginning again is
 * always safe. It is wrong only where it cannot help. Kafka's clients throw many exceptions that pass although none of
 * them says so: a producer that lost an acknowledgement gives up with a plain {@code KafkaException}, and so does one
 * whose commit met the coordinator's own abort. So the rule is the other way round: what Kafka throws passes, unless it
 * is known not to.
 */
enum FaultKind {
    /** Kafka or the registry did not answer, or said that it will later: begin again for as long as it takes. */
    SILENCE,

    /** Something else that came out of Kafka: begin again, but not for ever at one position. */
    KAFKA,

    /**
     * An exception of our own code: begin again a few times. A member that has lost its partitions and does not know
     * yet may restore a state that is older than the positions that the next owner has committed since, and reads on
     * from these. What it makes of that is never committed, and is no bug.
     */
    OURS,

    /** Permission, credentials, configuration or versions: beginning again cannot help. */
    FATAL;

    private static final String OUR_PACKAGES = "dev.tollgate.";
    private static final List<String> KAFKAS = List.of("org.apache.kafka.", "org.rocksdb.");

    private static final List<Class<? extends Throwable>> BEYOND_WAITING = List.of(
            AuthenticationException.class,
            AuthorizationException.class,
            ConfigException.class,
            InvalidConfigurationException.class,
            UnsupportedVersionException.class,
            // Two instances with one streams.instance-id would throw each other out for ever.
            FencedInstanceIdException.class,
            // The position to read on from is gone.
            InvalidOffsetException.class,
            // Input is read as bytes, so this is an output that does not fit its schema, or a schema that the registry
            // rejects.
            SerializationException.class,
            Error.class);

    /** How deep causes are followed; a chain with a circle in it ends there. */
    private static final int MOST_CAUSES = 50;

    /** Looks at a fault and all of its causes. */
    static FaultKind of(Throwable fault) {
        List<Throwable> chain = chain(fault);
        if (chain.stream().anyMatch(FaultKind::isSilenceForSure)) {
            return SILENCE;
        }
        if (chain.stream().anyMatch(FaultKind::isBeyondWaiting)) {
            return FATAL;
        }
        if (chain.stream().anyMatch(RetriableException.class::isInstance)) {
            return SILENCE;
        }
        return isFromKafka(chain.getLast()) ? KAFKA : OURS;
    }

    /** A fault and its causes, outermost first. */
    static List<Throwable> chain(Throwable fault) {
        List<Throwable> chain = new ArrayList<>();
        for (Throwable cause = fault; cause != null && chain.size() < MOST_CAUSES; cause = cause.getCause()) {
            chain.add(cause);
        }
        return chain;
    }

    private static boolean isSilenceForSure(Throwable cause) {
        // The clients of a new thread look up the brokers' names; the names have been resolved before, or nothing had
        // started.
        return cause instanceof RegistryUnavailableException
                || (cause instanceof ConfigException
                        && String.valueOf(cause.getMessage()).startsWith("No resolvable bootstrap urls"));
    }

    private static boolean isBeyondWaiting(Throwable cause) {
        return BEYOND_WAITING.stream().anyMatch(type -> type.isInstance(cause))
                || InputPositions.saysThatThereIsNone(cause);
    }

    /** Whether the first cause of all is an exception of Kafka's, or was thrown on Kafka's side of the nearest call. */
    private static boolean isFromKafka(Throwable root) {
        if (isOf(KAFKAS, root.getClass().getName())) {
            return true;
        }
        for (StackTraceElement frame : root.getStackTrace()) {
            if (frame.getClassName().startsWith(OUR_PACKAGES)) {
                return false;
            }
            if (isOf(KAFKAS, frame.getClassName())) {
                return true;
            }
        }
        return false;
    }

    private static boolean isOf(List<String> packages, String className) {
        return packages.stream().anyMatch(className::startsWith);
    }
}
