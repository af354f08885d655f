/** Tests of what the gateway knows of Kafka. */
@NullMarked
package dev.tollgate.gateway.kafka;

import org.jspecify.annotations.NullMarked;
