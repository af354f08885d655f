package dev.tollgate.notify.internal.http;

import dev.tollgate.schemas.text.ShortText;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.eclipse.jetty.client.BytesRequestContent;
import org.eclipse.jetty.client.HttpClient;
import org.eclipse.jetty.client.Request;
import org.eclipse.jetty.client.Response;
import org.eclipse.jetty.client.Result;
import org.eclipse.jetty.http.HttpCookieStore;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpMethod;
import org.eclipse.jetty.util.thread.QueuedThreadPool;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Posts to one URL. Follows no redirection, keeps no cookie, decompresses nothing, reads 64 KiB of an answer at most,
 * and gives up after the time-out, which is for everything from the name's resolution to the end of the answer.
 * Thread-safe.
 */
public final class PostClient implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PostClient.class);
    private static final int MAX_ANSWER_BYTES = 64 << 10;
    private static final int MAX_DETAIL_CHARACTERS = 200;

    private final HttpClient client = new HttpClient();
    private final ExecutorService executor = Executors.newVirtualThreadPerTaskExecutor();
    private final URI url;
    private final Duration timeout;

    /**
     * Starts its threads.
     *
     * @param parallel requests at the same time at most
     */
    public PostClient(URI url, AddressPolicy policy, Duration timeout, int parallel) {
        this.url = url;
        this.timeout = timeout;
        QueuedThreadPool threads = new QueuedThreadPool(8);
        threads.setName("tollgate-notify-http");
        threads.setDaemon(true);
        threads.setVirtualThreadsExecutor(executor);
        client.setExecutor(threads);
        client.setSocketAddressResolver(new AllowedAddressResolver(policy, executor));
        client.setFollowRedirects(false);
        client.setHttpCookieStore(new HttpCookieStore.Empty());
        client.setMaxConnectionsPerDestination(parallel);
        client.setMaxRequestsQueuedPerDestination(parallel);
        client.setConnectTimeout(timeout.toMillis());
        client.setUserAgentField(new HttpField(HttpHeader.USER_AGENT, "Tollgate"));
        try {
            client.start();
        } catch (Exception e) {
            throw new IllegalStateException("the HTTP client does not start: " + e.getMessage(), e);
        }
        client.getContentDecoderFactories().clear();
    }

    /**
     * Posts JSON once; the answer comes on another thread, once, within the time-out and a little.
     *
     * @param headers beside those of HTTP itself
     */
    public void post(Map<String, String> headers, byte[] body, Instant now, Consumer<Answer> done) {
        Request request = client.newRequest(url)
                .method(HttpMethod.POST)
                .timeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .headers(fields -> headers.forEach(fields::put))
                .body(new BytesRequestContent("application/json", body));
        request.send(new AnswerListener(request, now, done));
    }

    /** Ends what is under way with a failure. */
    @Override
    public void close() {
        try {
            client.stop();
        } catch (Exception e) {
            throw new IllegalStateException("the HTTP client does not stop: " + e.getMessage(), e);
        } finally {
            executor.shutdownNow();
        }
    }

    /** Called by one thread at a time. */
    private static final class AnswerListener implements Response.Listener {
        private final Request request;
        private final Instant sentAt;
        private final Consumer<Answer> done;
        private Duration retryAfter = Duration.ZERO;
        private int status;
        private int bytes;
        private boolean enough;

        AnswerListener(Request request, Instant sentAt, Consumer<Answer> done) {
            this.request = request;
            this.sentAt = sentAt;
            this.done = done;
        }

        @Override
        public void onHeaders(Response response) {
            status = response.getStatus();
            retryAfter = RetryAfter.parse(response.getHeaders().get(HttpHeader.RETRY_AFTER), sentAt);
        }

        @Override
        public void onContent(Response response, ByteBuffer content) {
            bytes += content.remaining();
            if (bytes > MAX_ANSWER_BYTES) {
                enough = true;
                var aborted = request.abort(new IllegalStateException("the answer is long enough"));
                LOG.trace("answer is cut off: {}", aborted);
            }
        }

        @Override
        public void onComplete(Result result) {
            done.accept(answer(result.getFailure()));
        }

        private Answer answer(@Nullable Throwable failure) {
            // A failure that was said counts even if the connection breaks behind it; a success must be complete.
            boolean accepted = status / 100 == 2;
            if (status != 0 && (failure == null || enough || !accepted)) {
                return Answer.of(status, retryAfter);
            }
            String detail = ShortText.cut(String.valueOf(failure), MAX_DETAIL_CHARACTERS);
            for (@Nullable Throwable cause = failure; cause != null; cause = cause.getCause()) {
                if (cause instanceof AddressNotAllowedException notAllowed) {
                    return Answer.failed(FailureClass.ADDRESS, String.valueOf(notAllowed.getMessage()));
                }
                if (cause instanceof TimeoutException || cause instanceof SocketTimeoutException) {
                    return Answer.failed(FailureClass.TIMEOUT, detail);
                }
            }
            return Answer.failed(FailureClass.CONNECTION, detail);
        }
    }
}
