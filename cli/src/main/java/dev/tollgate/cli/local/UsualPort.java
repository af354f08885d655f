package dev.tollgate.cli.local;

import dev.tollgate.api.ApiException;
import dev.tollgate.embedded.process.LoopbackPort;
import dev.tollgate.gateway.GatewayException;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Where a server of a stack on this machine listens. */
final class UsualPort {
    private static final Logger LOG = LoggerFactory.getLogger(UsualPort.class);

    private UsualPort() {}

    /**
     * Starts a server on the port that was asked for and no other, or else on the usual one, or on any free one where
     * that is taken.
     *
     * @param asked null for the usual one
     * @param start starts the server on a port, 0 for any free one
     */
    static <S> S start(@Nullable Integer asked, int usual, IntFunction<S> start) {
        if (asked != null) {
            return start.apply(asked);
        }
        if (LoopbackPort.isFree(usual)) {
            try {
                return start.apply(usual);
            } catch (GatewayException | ApiException e) {
                LOG.debug("the usual port was taken meanwhile, by another stack that starts: port={}", usual, e);
            }
        }
        return start.apply(0);
    }
}
