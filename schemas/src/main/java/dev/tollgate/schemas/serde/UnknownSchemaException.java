package dev.tollgate.schemas.serde;

import dev.tollgate.schemas.registry.RegistryRejection;
import org.apache.kafka.common.errors.SerializationException;

/**
 * The payload names a schema that the registry does not give; the cause has the registry's code (40403 for an unknown
 * id).
 */
public final class UnknownSchemaException extends SerializationException {
    private static final long serialVersionUID = 1L;

    UnknownSchemaException(int id, RegistryRejection cause) {
        super("schema id " + id + " is unknown to the registry: " + cause.getMessage(), cause);
    }
}
