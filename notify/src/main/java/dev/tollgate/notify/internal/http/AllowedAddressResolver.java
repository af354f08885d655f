package dev.tollgate.notify.internal.http;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.eclipse.jetty.util.Promise;
import org.eclipse.jetty.util.SocketAddressResolver;

/**
 * Resolves a host to the addresses that are allowed. The client connects to what it gets here and asks nobody again, so
 * a name that changes its address between check and connection gains nothing. (The JDK's own HTTP client resolves where
 * nobody can look.)
 */
final class AllowedAddressResolver implements SocketAddressResolver {
    private final AddressPolicy policy;
    private final Executor executor;

    /** @param executor resolves, which may block */
    AllowedAddressResolver(AddressPolicy policy, Executor executor) {
        this.policy = policy;
        this.executor = executor;
    }

    @Override
    public void resolve(String host, int port, Map<String, Object> context, Promise<List<InetSocketAddress>> promise) {
        executor.execute(() -> {
            try {
                List<InetSocketAddress> addresses = Arrays.stream(InetAddress.getAllByName(host))
                        .filter(policy::allows)
                        .map(address -> new InetSocketAddress(address, port))
                        .toList();
                if (addresses.isEmpty()) {
                    promise.failed(new AddressNotAllowedException(host));
                } else {
                    promise.succeeded(addresses);
                }
            } catch (UnknownHostException e) {
                promise.failed(e);
            }
        });
    }
}
