package dev.tollgate.gateserver.check;

import dev.tollgate.gateserver.request.CheckProblems;
import dev.tollgate.gateserver.request.CheckRequest;
import dev.tollgate.planmodel.contract.Bounds;
import dev.tollgate.planmodel.input.InputText;
import dev.tollgate.planmodel.input.RequestTarget;
import dev.tollgate.planmodel.input.Violation;
import dev.tollgate.publisher.http.EndpointNames;
import dev.tollgate.publisher.http.HttpCall;
import dev.tollgate.schemas.text.ShortText;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What is called: {@code POST /v2/mem-it}.
 *
 * <p>A path behind {@code /v1/check} is the call's own, and so is the method; headers have no say then, because proxies
 * of this form pass on those of the client. Else method and target are those of {@code X-Forwarded-Method} and
 * {@code X-Forwarded-Uri}, or of {@code X-Original-Method} and {@code X-Original-URI}. Where both pairs are there they
 * must agree: a client must not be able to send one of them and be charged for a cheaper call.
 *
 * <p>The target is reduced as plans' endpoints are ({@link RequestTarget}): without query, its encoding normalised.
 */
final class EndpointReader {
    private static final Pattern METHOD = Pattern.compile("[A-Za-z0-9!#$%&'*+.^_`|~-]{1,32}");
    private static final String FORWARDED_URI = "X-Forwarded-Uri";
    private static final String FORWARDED_METHOD = "X-Forwarded-Method";
    private static final String ORIGINAL_URI = "X-Original-URI";
    private static final String ORIGINAL_METHOD = "X-Original-Method";

    private final @Nullable Function<HttpCall, String> templates;

    /** @param templates names of endpoints; empty if the path itself is the name */
    EndpointReader(List<String> templates) {
        this.templates = templates.isEmpty() ? null : EndpointNames.templates(templates.toArray(String[]::new));
    }

    /** The endpoint; null if it is not known, which is noted. */
    @Nullable
    String read(CheckRequest request, CheckProblems problems) {
        boolean below = !request.path().isEmpty();
        String target =
                below ? request.path() : agreed(request, FORWARDED_URI, ORIGINAL_URI, EndpointReader::path, problems);
        String method = below
                ? request.method()
                : agreed(request, FORWARDED_METHOD, ORIGINAL_METHOD, EndpointReader::upper, problems);
        if (isAbsent(request, FORWARDED_URI) && isAbsent(request, ORIGINAL_URI) && !below) {
            problems.header(FORWARDED_URI, "is missing: send it, or X-Original-URI, or call /v1/check/PATH");
        }
        String called = method == null ? request.method() : method;
        if (!METHOD.matcher(called).matches()) {
            problems.header(
                    FORWARDED_METHOD,
                    "must be an HTTP method, was '" + ShortText.shown(called, CheckProblems.SHOWN_CHARACTERS) + "'");
            return null;
        }
        if (target == null) {
            return null;
        }
        String path = path(target);
        if (!path.startsWith("/")) {
            problems.header(
                    FORWARDED_URI,
                    "must be a path or a URL, was '" + ShortText.shown(path, CheckProblems.SHOWN_CHARACTERS) + "'");
            return null;
        }
        String named = templates == null ? path : templates.apply(new NamedCall(called, path));
        // What is longer is nobody's endpoint, but it is a call like any other.
        String endpoint = ShortText.cut(upper(called) + " " + named, Bounds.MAX_ENDPOINT_CHARACTERS);
        Violation wrong = InputText.required(FORWARDED_URI, endpoint, Bounds.MAX_ENDPOINT_CHARACTERS);
        if (wrong != null) {
            problems.header(FORWARDED_URI, wrong.detail());
            return null;
        }
        return endpoint;
    }

    private static @Nullable String agreed(
            CheckRequest request,
            String forwarded,
            String original,
            Function<String, String> form,
            CheckProblems problems) {
        String first = emptyAsNull(request.one(forwarded, problems));
        String second = emptyAsNull(request.one(original, problems));
        if (first != null && second != null && !form.apply(first).equals(form.apply(second))) {
            problems.header(
                    original,
                    "must agree with " + forwarded + ": let the proxy set one of them and take the other away");
        }
        return first != null ? first : second;
    }

    private static boolean isAbsent(CheckRequest request, String header) {
        return request.headers().apply(header).stream().allMatch(String::isBlank);
    }

    private static @Nullable String emptyAsNull(@Nullable String value) {
        return value == null || value.isEmpty() ? null : value;
    }

    private static String path(String target) {
        return RequestTarget.path(target);
    }

    private static String upper(String method) {
        return method.toUpperCase(Locale.ROOT);
    }

    /** What the names of endpoints are made of. */
    private record NamedCall(String method, String path) implements HttpCall {
        @Override
        public @Nullable String header(String name) {
            return null;
        }

        @Override
        public @Nullable Object attribute(String name) {
            return null;
        }

        @Override
        public @Nullable String userName() {
            return null;
        }
    }
}
