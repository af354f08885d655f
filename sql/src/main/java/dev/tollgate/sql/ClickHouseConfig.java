package dev.tollgate.sql;

import com.clickhouse.jdbc.DataSourceImpl;
import dev.tollgate.schemas.config.Settings;
import java.time.Duration;
import java.util.Properties;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Where ClickHouse is and how to log in to it.
 *
 * @param url JDBC URL of the official driver ({@code jdbc:ch://host:8123/default}); may carry driver settings such as
 *     {@code ?compress=0}, may name any database that exists
 * @param user user name, or null for the URL's or the driver's default
 * @param password its password, or null for none
 * @param database where Tollgate's tables are; a letter or '_', then letters, digits and '_', at most 64 characters
 * @param connectTimeout how long to wait for a connection; positive
 * @param requestTimeout how long one request may be silent; positive
 */
public record ClickHouseConfig(
        String url,
        @Nullable String user,
        @Nullable String password,
        String database,
        Duration connectTimeout,
        Duration requestTimeout) {

    private static final Pattern DATABASE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,63}");
    private static final Pattern URL = Pattern.compile("jdbc:(ch|clickhouse):.+");

    public ClickHouseConfig {
        if (!DATABASE.matcher(database).matches()) {
            throw new IllegalArgumentException(
                    "database must be a letter or '_', then up to 63 letters, digits and '_', was '" + database + "'");
        }
    }

    /** A ClickHouse without password, with the standard timeouts. */
    public static ClickHouseConfig of(String url, String database) {
        return new ClickHouseConfig(url, null, null, database, Duration.ofSeconds(5), Duration.ofMinutes(1));
    }

    /**
     * Reads {@code clickhouse.url} (required), {@code clickhouse.user} (none), {@code clickhouse.password} (none),
     * {@code clickhouse.database} ({@code tollgate}), {@code clickhouse.connect-timeout} (5s) and
     * {@code clickhouse.request-timeout} (60s). Problems are noted in the settings.
     */
    public static ClickHouseConfig read(Settings settings) {
        String url = settings.required("clickhouse.url");
        if (!url.isEmpty() && !URL.matcher(url).matches()) {
            settings.problem("clickhouse.url must begin with jdbc:ch: or jdbc:clickhouse:, was '"
                    + Settings.masked("clickhouse.url", url) + "'");
        }
        String database = settings.parsed(
                "clickhouse.database",
                "tollgate",
                "a letter or '_', then up to 63 letters, digits and '_'",
                ClickHouseConfig::checkedDatabase);
        return new ClickHouseConfig(
                url,
                settings.optional("clickhouse.user"),
                settings.optional("clickhouse.password"),
                database,
                settings.duration("clickhouse.connect-timeout", "5s", "100ms", "5m"),
                settings.duration("clickhouse.request-timeout", "60s", "1s", "30m"));
    }

    /**
     * Connections of the official driver. Inserts are synchronous (servers since 26.2 default to asynchronous ones,
     * which would acknowledge rows that a crash still loses), and the driver does not retry by itself: who inserts
     * decides that.
     */
    public DataSource dataSource() {
        Properties properties = new Properties();
        properties.setProperty("clickhouse_setting_async_insert", "0");
        properties.setProperty("retry", "0");
        properties.setProperty("connection_timeout", Long.toString(connectTimeout.toMillis()));
        properties.setProperty("socket_timeout", Long.toString(requestTimeout.toMillis()));
        if (user != null) {
            properties.setProperty("user", user);
        }
        if (password != null) {
            properties.setProperty("password", password);
        }
        return new DataSourceImpl(url, properties);
    }

    private static String checkedDatabase(String text) {
        if (!DATABASE.matcher(text).matches()) {
            throw new IllegalArgumentException(text);
        }
        return text;
    }

    /** Masks the password, also within the URL. */
    @Override
    public String toString() {
        return "ClickHouseConfig[url=" + Settings.masked("clickhouse.url", url) + ", user=" + user + ", password="
                + (password == null ? "none" : "****") + ", database=" + database + ", connectTimeout=" + connectTimeout
                + ", requestTimeout=" + requestTimeout + "]";
    }
}
