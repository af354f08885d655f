package dev.tollgate.cli.local;

import dev.tollgate.api.Api;
import dev.tollgate.api.ApiConfig;
import dev.tollgate.api.ApiException;
import dev.tollgate.embedded.process.LoopbackPort;
import dev.tollgate.http.token.TokenHash;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.URI;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The query API of a stack on this machine, with a token that is made anew at each start and kept nowhere. */
final class LocalApi implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(LocalApi.class);

    private final Api api;
    private final String token;

    private LocalApi(Api api, String token) {
        this.api = api;
        this.token = token;
    }

    /**
     * Starts it on loopback.
     *
     * @param port null for the preset one, or any free one where that is taken
     */
    static LocalApi start(LocalPipeline pipeline, MeterRegistry registry, @Nullable Integer port) {
        if (port != null) {
            return on(port, pipeline, registry);
        }
        if (LoopbackPort.isFree(ApiConfig.DEFAULT_PORT)) {
            try {
                return on(ApiConfig.DEFAULT_PORT, pipeline, registry);
            } catch (ApiException e) {
                LOG.debug("the preset port was taken meanwhile, by another stack that starts", e);
            }
        }
        return on(0, pipeline, registry);
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
