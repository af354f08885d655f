package dev.tollgate.embedded.artifact;

import dev.tollgate.embedded.StackException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ProxySelector;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.LongConsumer;

/** Downloads one file by HTTP or HTTPS, through the proxy of the JVM's system properties if there is one. */
final class HttpDownload {
    private static final Duration CONNECT_WITHIN = Duration.ofSeconds(20);
    private static final Duration ANSWER_WITHIN = Duration.ofSeconds(60);
    private static final int BUFFER_BYTES = 1 << 18;

    private HttpDownload() {}

    /** @throws StackException if the server does not give the file; the message names the URL */
    static void to(Path file, URI url, LongConsumer bytesSoFar) throws InterruptedException {
        try (HttpClient client = HttpClient.newBuilder()
                .connectTimeout(CONNECT_WITHIN)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .proxy(ProxySelector.getDefault())
                .build()) {
            HttpRequest request =
                    HttpRequest.newBuilder(url).timeout(ANSWER_WITHIN).build();
            HttpResponse<InputStream> response = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                if (response.statusCode() != 200) {
                    throw new StackException(url + " answered with status " + response.statusCode() + ", expected 200");
                }
                copy(body, file, bytesSoFar);
            }
        } catch (IOException e) {
            throw new StackException(url + " could not be downloaded: " + e, e);
        }
    }

    private static void copy(InputStream body, Path file, LongConsumer bytesSoFar) throws IOException {
        byte[] buffer = new byte[BUFFER_BYTES];
        long done = 0;
        try (OutputStream out = Files.newOutputStream(file)) {
            int length;
            while ((length = body.read(buffer)) >= 0) {
                out.write(buffer, 0, length);
                done += length;
                bytesSoFar.accept(done);
            }
        }
    }
}
