package dev.tollgate.publisher.http;

import org.jspecify.annotations.Nullable;

/** What a server knows of a request that it has served. Valid only while {@link HttpUsage#record} runs. */
public interface HttpCall {
    /** The request method, for example {@code POST}. */
    String method();

    /** The raw path without query, for example {@code /v1/mems/17}; may be empty. */
    String path();

    /** First value of a request header, whatever the case of its name; null if there is none. */
    @Nullable
    String header(String name);

    /**
     * What the service has attached to the request under a name, for example in its authentication; null if nothing.
     */
    @Nullable
    Object attribute(String name);

    /** Name of the authenticated user, as the server's own authentication has it; null if there is none. */
    @Nullable
    String userName();
}
