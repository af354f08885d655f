package dev.tollgate.cli.local;

import dev.tollgate.api.Api;
import dev.tollgate.api.ApiConfig;
import dev.tollgate.embedded.process.LoopbackPort;
import dev.tollgate.http.token.TokenHash;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The query API of a stack on this machine, with a token that is made anew at each start and kept nowhere. */
final class LocalApi implements AutoCloseable {
    private final Api api;
    private final String token;

    private LocalApi(Api api, String token) {
        this.api = api;
        this.token = token;
    }

    /**
     * Starts it on loopback.
     *
     * @param port null for the usual one, or any free one where that is taken
     */
    static LocalApi start(LocalPipeline pipeline, MeterRegistry registry, @Nullable Integer port) {
        return UsualPort.start(port, ApiConfig.DEFAULT_PORT, usable -> on(usable, pipeline, registry));
    }

    private static LocalApi on(int port, LocalPipeline pipeline, MeterRegistry registry) {
        String token = TokenHash.newToken();
        Map<String, String> configuration = new LinkedHashMap<>(pipeline.configuration());
        configuration.put("api.host", LoopbackPort.HOST);
        configuration.put("api.port", Integer.toString(port));
        configuration.put("api.tokens.up.hash", TokenHash.of(token).text());
        return new LocalApi(Api.start(ApiConfig.from(configuration), registry), token);
    }

    /** Base URL, without a slash at the end. */
    URI address() {
        return api.address();
    }

    /** Where its pages are; empty if this build has none. */
    Optional<URI> console() {
        return api.console();
    }

    /** What a reader sends as bearer token. */
    String token() {
        return token;
    }

    boolean isReady() {
        return api.isReady();
    }

    boolean isStopped() {
        return api.isStopped();
    }

    void awaitTermination() throws InterruptedException {
        api.awaitTermination();
    }

    @Override
    public void close() {
        api.close();
    }
}
