/** The way to Kafka: sending with an acknowledgement per event, and watching whether the cluster is there. */
@NullMarked
package dev.tollgate.gateway.kafka;

import org.jspecify.annotations.NullMarked;
