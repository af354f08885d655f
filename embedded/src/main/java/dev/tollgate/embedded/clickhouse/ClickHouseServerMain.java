package dev.tollgate.embedded.clickhouse;

import com.sun.net.httpserver.HttpServer;
import dev.tollgate.embedded.process.Lifeline;
import dev.tollgate.embedded.process.LoopbackPort;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * The process that is the embedded ClickHouse. Arguments: {@code LIBRARY FOLDER CONFIG PORT}; the first line of its
 * standard input is the password that callers must know.
 *
 * <p>When it serves, it prints one line, {@code READY port=PORT version=VERSION}, to its standard output. It ends when
 * its standard input does, that is at the latest with its parent.
 */
public final class ClickHouseServerMain {
    /** Queries at a time. More would only compete for the cores and for memory. */
    private static final int MAX_QUERIES = 16;
    /** Connections that wait for a query to end still need somebody to answer a ping. */
    private static final int THREADS = 2 * MAX_QUERIES;

    private static final int BACKLOG = 256;
    private static final int STOP_GRACE_SECONDS = 10;

    private ClickHouseServerMain() {}

    /** See the class. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 4) {
            System.err.println("usage: ClickHouseServerMain LIBRARY FOLDER CONFIG PORT < PASSWORD");
            System.exit(2);
        }
        ChdbLibrary library = new ChdbLibrary(Path.of(arguments[0]));
        library.disableSignalHandlers();
        ChdbConnection.Engine engine = new ChdbConnection.Engine(library, Path.of(arguments[1]), Path.of(arguments[2]));
        ClickHouseHttpHandler handler = new ClickHouseHttpHandler(engine, Lifeline.readSecret(), MAX_QUERIES);

        // Platform threads: a call into the library would pin a virtual one.
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        HttpServer server =
                HttpServer.create(new InetSocketAddress(LoopbackPort.HOST, Integer.parseInt(arguments[3])), BACKLOG);
        server.setExecutor(threads);
        server.createContext("/", handler);
        server.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> stop(server, threads, handler, library), "stop"));
        System.out.println("READY port=" + server.getAddress().getPort() + " version=" + library.version());
        System.out.flush();
        Lifeline.exitWithParent();
    }

    private static void stop(
            HttpServer server, ExecutorService threads, ClickHouseHttpHandler handler, ChdbLibrary library) {
        server.stop(0);
        threads.shutdown();
        try {
            if (threads.awaitTermination(STOP_GRACE_SECONDS, TimeUnit.SECONDS)) {
                handler.close();
                library.shutdown();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
