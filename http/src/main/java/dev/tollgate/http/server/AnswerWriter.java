package dev.tollgate.http.server;

import dev.tollgate.http.Answer;
import dev.tollgate.http.CommonProblem;
import dev.tollgate.http.ProblemException;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.Locale;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes answers to a connection. */
final class AnswerWriter {
    private static final Logger log = LoggerFactory.getLogger(AnswerWriter.class);
    private static final int CHUNK_BYTES = 32 << 10;

    private AnswerWriter() {}

    static void write(Request request, String requestId, Response response, Answer answer, Callback callback) {
        head(requestId, response, answer);
        boolean bodyless = request.getMethod().toUpperCase(Locale.ROOT).equals("HEAD") || answer.status() == 304;
        if (answer.body() instanceof Answer.Body.Stream stream) {
            if (bodyless) {
                response.write(true, null, callback);
            } else {
                stream(request, requestId, response, stream, callback);
            }
            return;
        }
        byte[] bytes = answer.bytes(requestId);
        if (answer.status() != 304) {
            response.getHeaders().put("Content-Length", bytes.length);
        }
        response.write(true, bodyless ? null : ByteBuffer.wrap(bytes), callback);
    }

    private static void head(String requestId, Response response, Answer answer) {
        response.setStatus(answer.status());
        response.getHeaders().put("Content-Type", answer.contentType());
        response.getHeaders().put("X-Content-Type-Options", "nosniff");
        response.getHeaders().put("Cache-Control", "no-store");
        response.getHeaders().put(RequestIds.HEADER, requestId);
        answer.headers().forEach((name, value) -> response.getHeaders().put(name, value));
    }

    private static void stream(
            Request request, String requestId, Response response, Answer.Body.Stream stream, Callback callback) {
        OutputStream sink = Content.Sink.asOutputStream(response);
        try {
            OutputStream out = new BufferedOutputStream(sink, CHUNK_BYTES);
            stream.writer().write(out);
            out.flush();
            sink.close();
        } catch (IOException | RuntimeException e) {
            if (response.isCommitted()) {
                // The client is gone, or it must see that what it has is not all of it.
                log.warn(
                        "answer broke off: request_id={} path={}",
                        requestId,
                        request.getHttpURI().getPath(),
                        e);
                callback.failed(e);
                return;
            }
            Answer problem;
            if (e instanceof ProblemException expected) {
                problem = expected.answer();
            } else {
                log.error(
                        "request failed: request_id={} path={}",
                        requestId,
                        request.getHttpURI().getPath(),
                        e);
                problem = Answer.problem(CommonProblem.INTERNAL_ERROR, "the fault is logged");
            }
            response.reset();
            head(requestId, response, problem);
            response.write(true, ByteBuffer.wrap(problem.bytes(requestId)), callback);
            return;
        }
        callback.succeeded();
    }
}
