/** Where Kafka, the schema registry and the topics are: read once, in the same way by every role and library. */
@NullMarked
package dev.tollgate.schemas.cluster;

import org.jspecify.annotations.NullMarked;
