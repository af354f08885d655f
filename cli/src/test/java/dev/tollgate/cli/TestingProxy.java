package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.embedded.process.LoopbackPort;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** A proxy of this machine, run with its file of {@code deploy/proxies}, of which nothing but addresses is changed. */
final class TestingProxy implements AutoCloseable {
    /** {@code required} makes a proxy that is missing a failure; else its tests are skipped and say so. */
    private static final String PROPERTY = "tollgate.proxies";

    private static final Path FILES = Path.of("..", "deploy", "proxies");

    /** The proxies that Debian has. */
    enum Kind {
        NGINX("nginx.conf", 500),
        CADDY("Caddyfile", 502),
        HAPROXY("haproxy.cfg", 503);

        private final String file;

        /** What clients get while the gate is away and calls must not go ahead. */
        final int statusWhenClosed;

        Kind(String file, int statusWhenClosed) {
            this.file = file;
            this.statusWhenClosed = statusWhenClosed;
        }

        String program() {
            return name().toLowerCase(java.util.Locale.ROOT);
        }
    }

    private final Process process;
    private final Path log;
    private final int port = LoopbackPort.free();

    private TestingProxy(Kind kind, Path folder, int gatePort, int servicePort, boolean open) throws IOException {
        Files.createDirectories(folder);
        log = folder.resolve("log");
        String text = Files.readString(FILES.resolve(kind.file));
        text = replaced(text, "127.0.0.1:8490", "127.0.0.1:" + gatePort);
        text = replaced(text, "127.0.0.1:9000", "127.0.0.1:" + servicePort);
        text = switch (kind) {
            case NGINX -> replaced(text, "listen 8080;", "listen 127.0.0.1:" + port + ";");
            case CADDY -> replaced(replaced(text, ":8080", ":" + port), "8491", "" + LoopbackPort.free());
            case HAPROXY ->
                replaced(replaced(text, "bind :8080", "bind 127.0.0.1:" + port), "8491", "" + LoopbackPort.free());
        };
        if (!open) {
            text = switch (kind) {
                case NGINX -> replaced(text, "error_page 502 504 = @gate_away;", "");
                case CADDY -> text.replaceFirst("reverse_proxy (\\S+) \\S+ \\{", "reverse_proxy $1 {");
                case HAPROXY -> text.replaceFirst("(lua.tollgate_check \\S+) open", "$1 closed");
            };
        }
        Path config = Files.writeString(folder.resolve(kind.file), text);
        ProcessBuilder builder = new ProcessBuilder(command(kind, folder, config))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        for (String variable : List.of("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")) {
            builder.environment().put(variable, folder.toString());
        }
        process = builder.start();
    }

    /**
     * Starts one; skips the test if it is not installed.
     *
     * @param open whether calls go ahead while the gate is away
     */
    static TestingProxy start(Kind kind, Path folder, int gatePort, int servicePort, boolean open) throws IOException {
        TestingProxy proxy = new TestingProxy(kind, folder, gatePort, servicePort, open);
        TestingCluster.await(kind + " listens", () -> {
            assertThat(proxy.process.isAlive()).as(proxy::log).isTrue();
            return proxy.isListening();
        });
        return proxy;
    }

    private static List<String> command(Kind kind, Path folder, Path config) throws IOException {
        String program = installed(kind.program());
        return switch (kind) {
            case NGINX -> {
                // What Debian's nginx.conf has around the files of conf.d, for a process without a service.
                Path main = Files.writeString(folder.resolve("main.conf"), """
                    daemon off;
                    pid nginx.pid;
                    error_log stderr warn;
                    events {}
                    http {
                        access_log off;
                        client_body_temp_path body;
                        proxy_temp_path proxy;
                        fastcgi_temp_path fastcgi;
                        scgi_temp_path scgi;
                        uwsgi_temp_path uwsgi;
                        include %s;
                    }
                    """.formatted(config.toAbsolutePath()));
                yield List.of(program, "-p", folder.toString(), "-e", "stderr", "-c", main.toString());
            }
            case CADDY -> List.of(program, "run", "--adapter", "caddyfile", "--config", config.toString());
            case HAPROXY -> {
                Files.copy(
                        FILES.resolve("tollgate.lua"),
                        folder.resolve("tollgate.lua"),
                        StandardCopyOption.REPLACE_EXISTING);
                yield List.of(program, "-db", "-f", config.toString());
            }
        };
    }

    private static String installed(String program) {
        Optional<Path> found = Stream.concat(
                        Stream.of(System.getenv("PATH").split(File.pathSeparator)),
                        Stream.of("/usr/sbin", "/usr/local/sbin"))
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst();
        if (found.isEmpty()) {
            String message = program + " is not installed, so its configuration was not run: apt-get install " + program
                    + " (.ci/run does)";
            assertThat(System.getProperty(PROPERTY)).as(message).isNotEqualTo("required");
            return Assumptions.abort(message);
        }
        return found.get().toString();
    }

    private static String replaced(String text, String what, String by) {
        assertThat(text).contains(what);
        return text.replace(what, by);
    }

    private boolean isListening() {
        try (Socket socket = new Socket(LoopbackPort.HOST, port)) {
            return socket.isConnected();
        } catch (IOException e) {
            return false;
        }
    }

    URI address() {
        return URI.create("http://" + LoopbackPort.HOST + ":" + port);
    }

    String log() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws InterruptedException {
        // nginx's workers end with their master if it is asked, and not if it is killed.
        process.destroy();
        if (!process.waitFor(20, TimeUnit.SECONDS)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
    }
}
