/**
 * Between the Avro contracts of the topics and the engine's own types, both ways. Holds no accounting rules: what is
 * well-formed is handed to the engine as it is, what is not is rejected with a reason.
 */
@NullMarked
package dev.tollgate.streams.translate;

import org.jspecify.annotations.NullMarked;
