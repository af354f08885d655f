package dev.tollgate.embedded.clickhouse;

import dev.tollgate.embedded.StackException;
import dev.tollgate.embedded.process.ChildJvm;
import dev.tollgate.embedded.process.ChildServer;
import dev.tollgate.embedded.process.LoopbackPort;
import dev.tollgate.embedded.process.StartSecret;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ClickHouse engine as a child process ({@link ClickHouseServerMain}), its tables in one folder that outlives it.
 */
public final class EmbeddedClickHouse extends ChildServer {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedClickHouse.class);

    private static final String NAME = "ClickHouse";
    private static final Pattern READY = Pattern.compile("^READY port=(\\d+) version=(\\S+)");
    private static final Duration READY_WITHIN = Duration.ofSeconds(60);

    private final StartSecret secret;

    private EmbeddedClickHouse(ChildJvm child, StartSecret secret) {
        super(child);
        this.secret = secret;
    }

    /**
     * Starts the engine and returns when it answers queries.
     *
     * @param library the file of libchdb, 26.7 or newer
     * @param folder for its tables and its working folder; created if it is not there yet
     * @param port 1 to 65535, or 0 for any
     * @param logFile for its output
     * @param secret that callers must know
     * @throws StackException if it cannot start
     */
    public static EmbeddedClickHouse start(Path library, Path folder, int port, Path logFile, StartSecret secret) {
        requireFree(NAME, port);
        long startedAt = System.nanoTime();
        Path tables = folder.toAbsolutePath().resolve("tables");
        Path workingFolder = emptyFolder(folder.toAbsolutePath().resolve("work"));
        createFolder(NAME, tables);
        Path rights = writeRights(folder.toAbsolutePath().resolve("rights"));
        ChildJvm child = ChildJvm.start(new ChildJvm.Spec(
                NAME,
                List.of(
                        "-Xmx512m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        // Without it small batches wait for the delayed acknowledgement of the last one.
                        "-Dsun.net.httpserver.nodelay=true",
                        "--enable-native-access=ALL-UNNAMED"),
                List.of(ChildJvm.ownCode()),
                ClickHouseServerMain.class.getName(),
                List.of(
                        library.toAbsolutePath().toString(),
                        tables.toString(),
                        rights.toString(),
                        Integer.toString(port)),
                workingFolder,
                logFile,
                READY,
                READY_WITHIN,
                secret));
        EmbeddedClickHouse started = new EmbeddedClickHouse(child, secret);
        log.info(
                "ClickHouse started: port={} version={} pid={} folder={} millis={}",
                started.port(),
                child.readyLine().group(2),
                child.pid(),
                folder,
                millisSince(startedAt));
        return started;
    }

    /**
     * For the official driver, user and password included. It asks for compressed results and asynchronous inserts
     * unless told otherwise.
     */
    public String jdbcUrl() {
        return "jdbc:ch://" + LoopbackPort.HOST + ":" + port()
                + "/default?compress=0&clickhouse_setting_async_insert=0&user=" + StartSecret.USER + "&password="
                + secret.text();
    }

    private static Path writeRights(Path folder) {
        try {
            return EngineRights.write(folder);
        } catch (IOException e) {
            throw new StackException("the rights of ClickHouse cannot be written to " + folder, e);
        }
    }

    /**
     * The engine reads a {@code config.xml} or {@code config.d} of its working folder and obeys it over our arguments.
     */
    private static Path emptyFolder(Path folder) {
        createFolder(NAME, folder);
        try (Stream<Path> left = Files.list(folder)) {
            List<Path> names = left.map(Path::getFileName).toList();
            if (!names.isEmpty()) {
                throw new StackException(
                        "the working folder of ClickHouse must be empty, but " + folder + " holds " + names);
            }
        } catch (IOException e) {
            throw new StackException("the working folder of ClickHouse cannot be read: " + folder, e);
        }
        return folder;
    }
}
