package dev.tollgate.http.server;

import dev.tollgate.http.Answer;
import dev.tollgate.http.CommonProblem;
import dev.tollgate.http.JsonMembers;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/**
 * Gives what the HTTP layer rejects by itself (heads that cannot be read, shutting down) the same form as all other
 * problems.
 */
final class ProblemErrorHandler extends ErrorHandler {

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        int status = request.getAttribute(ERROR_STATUS) instanceof Integer given ? given : response.getStatus();
        Answer answer = answer(status < 400 ? 500 : status);
        AnswerWriter.write(request, RequestIds.of(request.getHeaders()), response, answer, callback);
        return true;
    }

    /** The head could not be parsed: there is no request to answer, only a connection to write to before it closes. */
    // Deprecated in favour of nothing: the server still calls it, and without it these answers would be HTML.
    @SuppressWarnings("removal")
    @Override
    public ByteBuffer badMessageError(int status, @Nullable String reason, HttpFields.Mutable fields) {
        Answer answer = answer(status);
        String requestId = RequestIds.fresh();
        fields.put("Content-Type", answer.contentType());
        fields.put(RequestIds.HEADER, requestId);
        return ByteBuffer.wrap(answer.bytes(requestId));
    }

    private static Answer answer(int status) {
        if (status == HttpStatus.SERVICE_UNAVAILABLE_503) {
            return Answer.problem(CommonProblem.SHUTTING_DOWN, "send the request to another instance");
        }
        if (status == HttpStatus.REQUEST_TIMEOUT_408) {
            return Answer.problem(CommonProblem.REQUEST_TIMEOUT, "the request did not arrive in time");
        }
        if (status >= 500 && status != HttpStatus.HTTP_VERSION_NOT_SUPPORTED_505 && status != 501) {
            return Answer.problem(CommonProblem.INTERNAL_ERROR, "the fault is logged");
        }
        return Answer.problem(CommonProblem.HTTP_ERROR, status, detail(status), JsonMembers.NONE);
    }

    private static String detail(int status) {
        return switch (status) {
            case HttpStatus.URI_TOO_LONG_414 -> "the request target is too long";
            case HttpStatus.REQUEST_HEADER_FIELDS_TOO_LARGE_431 ->
                "request line and headers must have at most " + HttpServer.HEAD_BYTES + " bytes together";
            case HttpStatus.EXPECTATION_FAILED_417 -> "the only expectation that is met is 100-continue";
            case HttpStatus.UPGRADE_REQUIRED_426, HttpStatus.HTTP_VERSION_NOT_SUPPORTED_505 ->
                "HTTP/1.1 is what is spoken here";
            default -> "the request is not well-formed HTTP/1.1";
        };
    }
}
