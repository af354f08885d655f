package dev.tollgate.schemas.registry;

import org.apache.kafka.common.errors.RetriableException;

/**
 * The registry could not be asked: no connection, no answer in time, or a server error, after all retries. Says nothing
 * about the record at hand, which must be tried again and never be thrown away for it.
 */
public final class RegistryUnavailableException extends RetriableException {
    private static final long serialVersionUID = 1L;

    RegistryUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
