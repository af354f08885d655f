package dev.tollgate.gateserver.check;

import dev.tollgate.gate.Call;
import dev.tollgate.gate.Decision;
import dev.tollgate.gate.http.Problem;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What a proxy gets for a decision. Arrays are not copied.
 *
 * @param status of HTTP
 * @param headers in the order in which they are sent
 * @param body the problem of a denial; empty if the call may go ahead
 */
public record CheckAnswer(int status, Map<String, String> headers, byte[] body) {
    /** Status of the decision, whatever the answer's own is. By this header an answer is known to be the gate's. */
    public static final String STATUS_HEADER = "X-Tollgate-Status";

    /** The problem in one line of ASCII, for proxies that throw the body away. */
    public static final String PROBLEM_HEADER = "X-Tollgate-Problem";

    private static final byte[] NOTHING = {};

    /** Names of the headers that tell a proxy whose call it is. */
    public record IdentityHeaders(String account, String project, String apiKey) {}

    /** For a call of nobody. */
    public static CheckAnswer unlimited() {
        return new CheckAnswer(200, Map.of(STATUS_HEADER, "200"), NOTHING);
    }

    /**
     * For a decision. An allowed call's answer names account, project and key, so that the proxy can pass on to the
     * service what a key stands for.
     */
    public static CheckAnswer of(Decision decision, Call call, CheckOptions options, IdentityHeaders names) {
        Map<String, String> headers = new LinkedHashMap<>(decision.headers());
        headers.put(STATUS_HEADER, Integer.toString(decision.status()));
        if (decision.allowed()) {
            headers.put(names.account(), bytes(call.accountId()));
            String project = call.projectId();
            if (project != null) {
                headers.put(names.project(), bytes(project));
            }
            String apiKey = call.apiKeyId();
            if (apiKey != null) {
                headers.put(names.apiKey(), bytes(apiKey));
            }
            return new CheckAnswer(200, headers, NOTHING);
        }
        byte[] problem = Problem.of(decision);
        if (options.denyStatus() > 0) {
            headers.put(PROBLEM_HEADER, ascii(new String(problem, StandardCharsets.UTF_8)));
            return new CheckAnswer(options.denyStatus(), headers, problem);
        }
        return new CheckAnswer(decision.status(), headers, problem);
    }

    /** UTF-8, byte by byte, as headers are written. */
    private static String bytes(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }

    /** What is not ASCII stands within texts only, where JSON allows an escape for it. */
    private static String ascii(String json) {
        StringBuilder escaped = new StringBuilder(json.length());
        json.chars().forEach(c -> {
            if (c < 0x7F) {
                escaped.append((char) c);
            } else {
                escaped.append(String.format("\\u%04x", c));
            }
        });
        return escaped.toString();
    }
}
