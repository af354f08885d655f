/**
 * The contracts between the parts of Tollgate: Avro types (generated into {@code dev.tollgate.schemas.avro}), the
 * topics that carry them, and the serdes that read and write them in the Confluent wire format.
 */
@NullMarked
package dev.tollgate.schemas;

import org.jspecify.annotations.NullMarked;
