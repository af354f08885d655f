package dev.tollgate.api.live;

import dev.tollgate.schemas.cluster.ClusterConfig;

/**
 * Where limits are followed.
 *
 * @param cluster Kafka, registry and topics
 * @param maxSnapshots how many are kept in memory, at least 1
 */
public record LiveConfig(ClusterConfig cluster, int maxSnapshots) {}
