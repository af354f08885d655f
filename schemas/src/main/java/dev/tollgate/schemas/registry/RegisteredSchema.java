package dev.tollgate.schemas.registry;

import org.apache.avro.Schema;

/** A schema as the registry holds it, with its id (any int; not dense). */
public record RegisteredSchema(int id, Schema schema) {}
