package dev.tollgate.cli;

import dev.tollgate.cli.config.KafkaAccess;
import dev.tollgate.plans.catalog.PlanCatalogClient;

/** The plan catalogue of a cluster. */
final class PlanCatalogs {
    private PlanCatalogs() {}

    static PlanCatalogClient client(KafkaAccess kafka) {
        return new PlanCatalogClient(kafka.libraryProperties(), kafka.layout());
    }
}
