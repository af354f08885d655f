package dev.tollgate.http.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.HttpConfiguration;
import org.eclipse.jetty.server.HttpConnectionFactory;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.junit.jupiter.api.Test;

/** Who is cut off by the idle timeout, and who is not. */
class WaitingConnectorTest {
    private static final long IDLE_MILLIS = 200;
    private static final long LATE_MILLIS = 1_000;

    /** A body of two bytes of which one comes: the rest of it is what the idle timeout waits for. */
    private static final String HALF = "POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 2\r\n\r\nx";

    @Test
    void givenAThreadThatComesLate_whenTheRequestIsThere_thenItIsAnswered() throws Exception {
        Executor late = task -> Thread.ofVirtual().start(() -> {
            pause();
            task.run();
        });
        try (Listening listening = new Listening(late, false, WaitingConnectorTest::echo);
                Socket client = listening.connect()) {
            assertThat(answer(client, HALF + "y")).startsWith("HTTP/1.1 200").endsWith("xy");
        }
    }

    @Test
    void givenAThreadThatIsLateWithARequest_whenTheRequestIsThere_thenItsBodyIsReadByThatThreadAlone()
            throws Exception {
        try (Listening listening = new Listening(Thread::startVirtualThread, true, WaitingConnectorTest::echo);
                Socket client = listening.connect()) {
            assertThat(answer(client, HALF + "y")).startsWith("HTTP/1.1 200").endsWith("xy");
        }
    }

    @Test
    void givenABodyThatStops_whenTheIdleTimeoutIsUp_thenReadingItFails() throws Exception {
        try (Listening listening = new Listening(Thread::startVirtualThread, false, WaitingConnectorTest::echo);
                Socket client = listening.connect()) {
            assertThat(answer(client, HALF)).startsWith("HTTP/1.1 408");
        }
    }

    @Test
    void givenAConnectionWithoutRequest_whenTheIdleTimeoutIsUp_thenItIsClosed() throws Exception {
        try (Listening listening = new Listening(Thread::startVirtualThread, false, WaitingConnectorTest::echo);
                Socket client = listening.connect()) {
            assertThat(answer(client, "")).isEmpty();
        }
    }

    @Test
    void givenAClientThatDoesNotReadItsAnswer_whenTheIdleTimeoutIsUp_thenWritingFails() throws Exception {
        CompletableFuture<Void> written = new CompletableFuture<>();
        Answering large = (request, response, callback) -> {
            Callback told =
                    Callback.from(() -> written.complete(null), failure -> written.completeExceptionally(failure));
            response.write(true, ByteBuffer.allocate(64 << 20), Callback.from(callback, told));
        };
        try (Listening listening = new Listening(Thread::startVirtualThread, false, large);
                Socket client = listening.connect()) {
            client.getOutputStream().write((HALF + "y").getBytes(StandardCharsets.US_ASCII));

            assertThatThrownBy(() -> written.get(20, TimeUnit.SECONDS))
                    .isInstanceOf(ExecutionException.class)
                    .hasRootCauseInstanceOf(TimeoutException.class);
        }
    }

    private static void echo(Request request, Response response, Callback callback) {
        byte[] body;
        try {
            body = Request.asInputStream(request).readAllBytes();
        } catch (IOException e) {
            response.setStatus(408);
            body = new byte[0];
        }
        response.write(true, ByteBuffer.wrap(body), callback);
    }

    private static String answer(Socket client, String request) throws IOException {
        client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    }

    private static void pause() {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(LATE_MILLIS);
        for (long left = until - System.nanoTime(); left > 0; left = until - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }

    private interface Answering {
        void answer(Request request, Response response, Callback callback);
    }

    /** A server with the connector under test. */
    private static final class Listening implements AutoCloseable {
        private final Server server;
        private final WaitingConnector connector;

        /** @param lateWithRequests whether a thread pauses between a request's head and its handler */
        Listening(Executor virtual, boolean lateWithRequests, Answering answering) throws Exception {
            QueuedThreadPool threads = new QueuedThreadPool(8);
            threads.setVirtualThreadsExecutor(virtual);
            server = new Server(threads);
            HttpConfiguration http = new HttpConfiguration();
            if (lateWithRequests) {
                http.addCustomizer((request, fields) -> {
                    pause();
                    return request;
                });
            }
            connector = new WaitingConnector(server, new HttpConnectionFactory(http));
            connector.setHost("127.0.0.1");
            connector.setIdleTimeout(IDLE_MILLIS);
            server.addConnector(connector);
            server.setHandler(new Handler.Abstract() {
                @Override
                public boolean handle(Request request, Response response, Callback callback) {
                    answering.answer(request, response, callback);
                    return true;
                }
            });
            server.start();
        }

        Socket connect() throws IOException {
            Socket socket = new Socket("127.0.0.1", connector.getLocalPort());
            socket.setSoTimeout(20_000);
            return socket;
        }

        @Override
        public void close() throws Exception {
            server.stop();
        }
    }
}
