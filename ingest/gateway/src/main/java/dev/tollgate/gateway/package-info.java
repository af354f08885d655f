/**
 * The gateway: request events over HTTP, from any language, answered when Kafka has them.
 * {@link dev.tollgate.gateway.Gateway} starts it, {@link dev.tollgate.gateway.GatewayConfig} says how.
 */
@NullMarked
package dev.tollgate.gateway;

import org.jspecify.annotations.NullMarked;
