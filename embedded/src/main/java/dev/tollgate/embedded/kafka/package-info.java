/** A Kafka broker and KRaft controller in this JVM. */
@NullMarked
package dev.tollgate.embedded.kafka;

import org.jspecify.annotations.NullMarked;
