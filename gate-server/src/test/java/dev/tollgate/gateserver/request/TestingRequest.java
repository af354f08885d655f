package dev.tollgate.gateserver.request;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A request, header by header. */
public final class TestingRequest {
    private final Map<String, List<String>> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    private String method = "GET";
    private String path = "";
    private @Nullable String query;

    /** One that names the account {@code acme} and calls {@code GET /v2/notes}. */
    public static TestingRequest ofAcme() {
        return new TestingRequest().header("X-Account-Id", "acme").header("X-Forwarded-Uri", "/v2/notes");
    }

    public TestingRequest header(String name, String value) {
        headers.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
        return this;
    }

    public TestingRequest without(String name) {
        headers.remove(name);
        return this;
    }

    public TestingRequest method(String method) {
        this.method = method;
        return this;
    }

    /** Behind {@code /v1/check}. */
    public TestingRequest path(String path) {
        this.path = path;
        return this;
    }

    public TestingRequest query(String query) {
        this.query = query;
        return this;
    }

    public CheckRequest build() {
        return new CheckRequest(method, path, query, name -> headers.getOrDefault(name, List.of()));
    }
}
