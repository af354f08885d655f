package dev.tollgate.cli.plans;

import dev.tollgate.cli.config.KafkaAccess;
import dev.tollgate.cli.terminal.CommandFailure;
import dev.tollgate.plans.catalog.PlanCatalogClient;
import java.time.Duration;
import java.time.Instant;
import java.util.function.Consumer;

/** The plan catalog of a cluster. */
public final class PlanCatalogs {
    private PlanCatalogs() {}

    public static PlanCatalogClient client(KafkaAccess kafka) {
        return new PlanCatalogClient(kafka.libraryProperties(), kafka.layout());
    }

    /**
     * Waits until what a client has read and written counts for records that are published from now on.
     *
     * @param waits told how long, if at all
     */
    public static void awaitSettled(PlanCatalogClient client, KafkaAccess kafka, Consumer<Duration> waits) {
        Duration rest = client.timeToSettle(kafka.planSettleTime(), Instant.now());
        if (rest.isZero()) {
            return;
        }
        waits.accept(rest);
        try {
            Thread.sleep(rest);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CommandFailure("interrupted; the plans are in the catalog and will count all the same", e);
        }
    }
}
