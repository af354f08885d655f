package dev.tollgate.embedded;

/**
 * A running Kafka, Confluent-API schema registry and ClickHouse, known by their addresses only.
 *
 * <p>The addresses do not change during the life of a stack. Safe for use by several threads.
 */
public interface Stack extends AutoCloseable {

    /**
     * The value for Kafka's {@code bootstrap.servers}: one or more {@code host:port}, comma separated, without
     * security.
     */
    String bootstrapServers();

    /**
     * The value for {@code schema.registry.url}: base URL of a registry with Confluent's API, without a trailing slash.
     */
    String registryUrl();

    /**
     * The JDBC URL of ClickHouse for the official driver, with the driver settings that the stack needs, and with user
     * and password where it asks for them: not for logs. It names the database {@code default}; callers with a database
     * of their own qualify their table names or connect with that name.
     */
    String clickHouseUrl();

    /** Stops everything and waits until it has stopped. Closing twice does nothing. */
    @Override
    void close();
}
