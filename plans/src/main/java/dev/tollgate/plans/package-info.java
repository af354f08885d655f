/**
 * Plan catalogs as YAML files: reading them into the Avro {@link dev.tollgate.schemas.avro.Plan} with every problem
 * named at once, and the checksum that makes a version immutable.
 */
@NullMarked
package dev.tollgate.plans;

import org.jspecify.annotations.NullMarked;
