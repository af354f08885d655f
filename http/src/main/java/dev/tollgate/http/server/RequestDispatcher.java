package dev.tollgate.http.server;

import dev.tollgate.http.Answer;
import dev.tollgate.http.CommonProblem;
import dev.tollgate.http.Endpoint;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.ProblemException;
import dev.tollgate.http.Routes;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Leads requests to their endpoints and writes the answers; runs on a virtual thread per request. */
final class RequestDispatcher extends Handler.Abstract {
    private static final Logger log = LoggerFactory.getLogger(RequestDispatcher.class);

    private final Routes routes;
    private final RequestListener listener;
    private final HeadDeadline headDeadline;

    RequestDispatcher(Routes routes, RequestListener listener, HeadDeadline headDeadline) {
        this.routes = routes;
        this.listener = listener;
        this.headDeadline = headDeadline;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        long from = System.nanoTime();
        headDeadline.headArrived(request.getConnectionMetaData().getConnection());
        Request.addCompletionListener(
                request,
                failure -> headDeadline.answered(request.getConnectionMetaData().getConnection()));
        // Waiting for others is not idling. Reads that time out are reported to the reader before this is asked.
        request.addIdleTimeoutListener(timeout -> false);
        String requestId = RequestIds.of(request.getHeaders());
        // As it was sent: what a proxy before it takes for another path must not be one of these.
        String sent = request.getHttpURI().getPath();
        String path = sent == null ? "" : sent;
        Routes.Match match = routes.match(path);
        Answer answer = answer(request, requestId, path, match);
        long nanos = System.nanoTime() - from;
        listener.answered(request.getMethod(), match == null ? "" : match.path(), answer.status(), nanos);
        log.debug(
                "answered: request_id={} method={} path={} status={} micros={}",
                requestId,
                request.getMethod(),
                path,
                answer.status(),
                nanos / 1_000);
        AnswerWriter.write(request, requestId, response, answer, callback);
        return true;
    }

    private static Answer answer(Request request, String requestId, String path, Routes.@Nullable Match match) {
        if (match == null) {
            return Answer.problem(CommonProblem.NOT_FOUND, "see /openapi.json for what there is");
        }
        Endpoint endpoint = match.endpoint(request.getMethod());
        if (endpoint == null) {
            return Answer.problem(CommonProblem.METHOD_NOT_ALLOWED, "allowed here: " + match.allowed())
                    .with("Allow", match.allowed());
        }
        Map<String, String> variables = match.variables();
        try {
            return endpoint.answer(new Exchange(request, requestId, path, variables));
        } catch (ProblemException e) {
            return e.answer();
        } catch (IOException e) {
            boolean late = e.getCause() instanceof TimeoutException;
            // Nobody may be left to read this; if the body was merely broken, its sender is.
            return Answer.problem(
                            late ? CommonProblem.REQUEST_TIMEOUT : CommonProblem.MALFORMED_REQUEST,
                            "the body broke off before its end")
                    .with("Connection", "close");
        } catch (RuntimeException e) {
            log.error("request failed: request_id={} method={} path={}", requestId, request.getMethod(), path, e);
            return Answer.problem(CommonProblem.INTERNAL_ERROR, "the fault is logged")
                    .with("Connection", "close");
        }
    }
}
