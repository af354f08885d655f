package dev.tollgate.embedded.registry;

import dev.tollgate.embedded.StackException;
import dev.tollgate.embedded.process.ChildJvm;
import dev.tollgate.embedded.process.ChildServer;
import dev.tollgate.embedded.process.LoopbackPort;
import dev.tollgate.embedded.process.PrivateFiles;
import dev.tollgate.embedded.process.StartSecret;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A schema registry on a loopback port, its schemas in a file database below one folder that outlives it. Programs of
 * this machine reach its Confluent API through {@link RegistryFrontMain}, which rejects requests of web pages; the
 * registry itself, on another port, answers nobody who does not know the password of this start.
 *
 * <p>Unlike a fresh Confluent registry it holds every subject to {@code FULL_TRANSITIVE} from the start: old readers
 * read new data and new readers read old data, whatever the version.
 */
public final class EmbeddedRegistry extends ChildServer {
    private static final Logger log = LoggerFactory.getLogger(EmbeddedRegistry.class);

    private static final String NAME = "Registry";
    private static final Pattern READY = Pattern.compile("^READY port=(\\d+)");
    private static final Duration READY_WITHIN = Duration.ofSeconds(120);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(5);
    private static final Duration POLL = Duration.ofMillis(50);

    private EmbeddedRegistry(ChildJvm child) {
        super(child);
    }

    /**
     * Starts the registry and returns when it answers.
     *
     * @param software the unpacked Apicurio Registry
     * @param folder for its database and its working folder; created if it is not there yet
     * @param port 1 to 65535, or 0 for any
     * @param logFile for its output
     * @param secret between the front and the registry behind it
     * @throws StackException if it cannot start
     */
    public static EmbeddedRegistry start(Path software, Path folder, int port, Path logFile, StartSecret secret) {
        requireFree("the schema registry", port);
        long startedAt = System.nanoTime();
        Path absolute = folder.toAbsolutePath();
        Path workingFolder = createFolder("the schema registry", absolute.resolve("work"));
        int innerPort = LoopbackPort.free();
        writeAccess(workingFolder, secret);
        ChildJvm child = ChildJvm.start(new ChildJvm.Spec(
                NAME,
                jvmArguments(absolute.resolve("schemas"), innerPort),
                List.of(ChildJvm.ownCode(), software.toAbsolutePath().resolve("quarkus-run.jar")),
                RegistryFrontMain.class.getName(),
                List.of(
                        Integer.toString(port),
                        Integer.toString(innerPort),
                        "io.quarkus.bootstrap.runner.QuarkusEntryPoint"),
                workingFolder,
                logFile,
                READY,
                READY_WITHIN,
                secret));
        EmbeddedRegistry started = new EmbeddedRegistry(child);
        try {
            started.awaitAnswer();
        } catch (StackException e) {
            started.close();
            throw e;
        }
        log.info(
                "schema registry started: port={} pid={} folder={} millis={}",
                started.port(),
                child.pid(),
                folder,
                millisSince(startedAt));
        return started;
    }

    /** The value for {@code schema.registry.url}. */
    public String url() {
        return "http://" + LoopbackPort.HOST + ":" + port() + "/apis/ccompat/v7";
    }

    /**
     * The registry reads this file of its working folder. Passwords stand in it and not among the arguments, which
     * every user of the machine may list.
     */
    private static void writeAccess(Path workingFolder, StartSecret secret) {
        Path file = createFolder("the schema registry", workingFolder.resolve("config"))
                .resolve("application.properties");
        try {
            PrivateFiles.write(file, """
                quarkus.http.auth.basic=true
                quarkus.security.users.embedded.enabled=true
                quarkus.security.users.embedded.plain-text=true
                quarkus.security.users.embedded.users.%1$s=%2$s
                quarkus.security.users.embedded.roles.%1$s=admin
                quarkus.http.auth.permission.all.paths=/*
                quarkus.http.auth.permission.all.policy=authenticated
                """.formatted(StartSecret.USER, secret.text()));
        } catch (IOException e) {
            throw new StackException("the configuration of the schema registry cannot be written: " + file, e);
        }
    }

    private static List<String> jvmArguments(Path database, int port) {
        return List.of(
                "-Xmx192m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                // The manifest of its jar asks for this, but counts only with "java -jar".
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--enable-native-access=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-Dquarkus.http.host=" + LoopbackPort.HOST,
                "-Dquarkus.http.port=" + port,
                // It has a second server, on all interfaces and a fixed port unless told otherwise.
                "-Dquarkus.management.host=" + LoopbackPort.HOST,
                "-Dquarkus.management.port=0",
                "-Dquarkus.http.access-log.enabled=false",
                // Without WRITE_DELAY=0 the database acknowledges first and writes up to a second later: a kill in
                // between loses a schema id that events already carry, and the id is given to another schema.
                "-Dapicurio.datasource.url=jdbc:h2:file:" + database + ";WRITE_DELAY=0",
                "-Dapicurio.rules.global.compatibility=FULL_TRANSITIVE");
    }

    private void awaitAnswer() {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url() + "/config"))
                .timeout(ANSWER_WITHIN)
                .build();
        long deadline = System.nanoTime() + READY_WITHIN.toNanos();
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            while (!answers(client, request)) {
                if (!child().isAlive()) {
                    throw new StackException("the schema registry ended while it was starting; its log says why");
                }
                if (System.nanoTime() > deadline) {
                    throw new StackException(
                            "the schema registry did not answer within " + READY_WITHIN.toSeconds() + " s at " + url());
                }
                LockSupport.parkNanos(POLL.toNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new StackException("interrupted while the schema registry was starting", e);
        }
    }

    private static boolean answers(HttpClient client, HttpRequest request) throws InterruptedException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            log.debug("schema registry does not answer yet", e);
            return false;
        }
    }
}
