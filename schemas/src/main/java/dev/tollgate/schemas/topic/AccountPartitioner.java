package dev.tollgate.schemas.topic;

import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Utils;

/**
 * Which partition an account lives in: Kafka's own default for the account id as UTF-8 key, so that any client in any
 * language that sets the account id as key agrees.
 */
public final class AccountPartitioner {
    private AccountPartitioner() {}

    /** Partition of an account, 0 to partitions - 1. */
    public static int partition(String accountId, int partitions) {
        return Utils.toPositive(Utils.murmur2(accountId.getBytes(StandardCharsets.UTF_8))) % partitions;
    }
}
