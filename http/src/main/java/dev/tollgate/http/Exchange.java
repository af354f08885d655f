package dev.tollgate.http;

import java.util.Map;
import org.eclipse.jetty.http.HttpFields;
import org.eclipse.jetty.server.Request;

/**
 * A request on its way to an answer.
 *
 * @param request as Jetty has it
 * @param requestId of {@code X-Request-Id} if that is well-formed, else made for it
 * @param path as it was sent, percent-encoding included, without the query
 * @param variables of the route's template by name, percent-decoded
 */
public record Exchange(Request request, String requestId, String path, Map<String, String> variables) {
    public Exchange {
        variables = Map.copyOf(variables);
    }

    /** The headers. */
    public HttpFields headers() {
        return request.getHeaders();
    }

    /** The method, in upper case unless the client wrote it otherwise. */
    public String method() {
        return request.getMethod();
    }

    /**
     * A variable of the route's template.
     *
     * @throws IllegalArgumentException if the template has none of that name: a mistake in the program
     */
    public String variable(String name) {
        String value = variables.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the route has no variable " + name);
        }
        return value;
    }
}
