package dev.tollgate.sql;

import com.clickhouse.jdbc.DataSourceImpl;
import dev.tollgate.schemas.config.Secrets;
import dev.tollgate.schemas.config.Setting;
import dev.tollgate.schemas.config.SettingGroup;
import dev.tollgate.schemas.config.SettingType;
import dev.tollgate.schemas.config.SettingsReader;
import java.time.Duration;
import java.util.Optional;
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

    private static final Setting<String> URL_SETTING = Setting.required(
            "clickhouse.url",
            SettingType.text(URL, "a text that begins with jdbc:ch: or jdbc:clickhouse:"),
            "",
            "JDBC URL: `jdbc:ch://host:8123/default`; the database in it must exist, it is not where the tables are");

    private static final Setting<Optional<String>> USER_SETTING =
            Setting.optional("clickhouse.user", SettingType.text(), "user name, if the server asks for one");

    private static final Setting<Optional<String>> PASSWORD_SETTING = Setting.optional(
                    "clickhouse.password", SettingType.text(), "its password")
            .asSecret();

    private static final Setting<String> DATABASE_SETTING = Setting.of(
            "clickhouse.database",
            SettingType.text(DATABASE, "a letter or '_', then up to 63 letters, digits and '_'"),
            "tollgate",
            "where the tables are");

    private static final Setting<Duration> CONNECT_TIMEOUT_SETTING = Setting.of(
            "clickhouse.connect-timeout",
            SettingType.duration("100ms", "5m"),
            Duration.ofSeconds(5),
            "how long to wait for a connection");

    private static final Setting<Duration> REQUEST_TIMEOUT_SETTING = Setting.of(
            "clickhouse.request-timeout",
            SettingType.duration("1s", "30m"),
            Duration.ofMinutes(1),
            "how long one request may be silent");

    /** How ClickHouse is found. */
    public static final SettingGroup SETTINGS = SettingGroup.of(
            "clickhouse",
            "ClickHouse",
            URL_SETTING,
            USER_SETTING,
            PASSWORD_SETTING,
            DATABASE_SETTING,
            CONNECT_TIMEOUT_SETTING,
            REQUEST_TIMEOUT_SETTING);

    public ClickHouseConfig {
        if (!DATABASE.matcher(database).matches()) {
            throw new IllegalArgumentException(
                    "database must be a letter or '_', then up to 63 letters, digits and '_', was '" + database + "'");
        }
    }

    /** A ClickHouse without password, with the standard timeouts. */
    public static ClickHouseConfig of(String url, String database) {
        return new ClickHouseConfig(
                url, null, null, database, CONNECT_TIMEOUT_SETTING.fallback(), REQUEST_TIMEOUT_SETTING.fallback());
    }

    /** Reads {@link #SETTINGS}. Problems are noted in the reader, and what is returned then is not to be used. */
    public static ClickHouseConfig read(SettingsReader settings) {
        return new ClickHouseConfig(
                settings.get(URL_SETTING),
                settings.get(USER_SETTING).orElse(null),
                settings.get(PASSWORD_SETTING).orElse(null),
                settings.get(DATABASE_SETTING),
                settings.get(CONNECT_TIMEOUT_SETTING),
                settings.get(REQUEST_TIMEOUT_SETTING));
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

    /** Masks the password, also within the URL. */
    @Override
    public String toString() {
        return "ClickHouseConfig[url=" + Secrets.maskedWithin(url) + ", user=" + user + ", password="
                + (password == null ? "none" : "****") + ", database=" + database + ", connectTimeout=" + connectTimeout
                + ", requestTimeout=" + requestTimeout + "]";
    }
}
