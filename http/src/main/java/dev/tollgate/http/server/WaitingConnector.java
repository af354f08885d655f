package dev.tollgate.http.server;

import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.io.ManagedSelector;
import org.eclipse.jetty.io.SocketChannelEndPoint;
import org.eclipse.jetty.server.ConnectionFactory;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.util.thread.Scheduler;
import org.jspecify.annotations.Nullable;

/**
 * A connector whose connections are idle only while they wait for their client: for bytes to come, or to be taken.
 *
 * <p>Those of the server itself are also idle while they wait for a thread. A virtual thread keeps its carrier until it
 * blocks: under load others wait for seconds until bodies have been read and parsed. If the idle timeout comes in that
 * time, a client that has sent all of its request is cut off without an answer. Worse, between the head and the handler
 * it makes the timer's thread consume the rest of the request, beside the thread of that request. One of the two may
 * then give the buffer back while the other still parses it. It is by then perhaps where another connection has put the
 * head of its answer, which is taken for content and not sent: the answer is a body without a head.
 */
final class WaitingConnector extends ServerConnector {

    WaitingConnector(Server server, ConnectionFactory... factories) {
        super(server, 1, 1, factories);
    }

    @Override
    protected SocketChannelEndPoint newEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key) {
        WaitingEndPoint endPoint = new WaitingEndPoint(channel, selector, key, getScheduler());
        endPoint.setIdleTimeout(getIdleTimeout());
        return endPoint;
    }

    private static final class WaitingEndPoint extends SocketChannelEndPoint {
        private volatile SelectionKey key;
        /** Whether bytes have come for the one who waits for them; it may take a while until a thread tells him. */
        private volatile boolean arrived;

        WaitingEndPoint(SocketChannel channel, ManagedSelector selector, SelectionKey key, Scheduler scheduler) {
            super(channel, selector, key, scheduler);
            this.key = key;
        }

        @Override
        public void replaceKey(SelectionKey newKey) {
            super.replaceKey(newKey);
            key = newKey;
        }

        @Override
        protected void needsFillInterest() {
            arrived = false;
            super.needsFillInterest();
        }

        @Override
        public @Nullable Runnable onSelected() {
            if ((key.readyOps() & SelectionKey.OP_READ) != 0) {
                arrived = true;
            }
            return super.onSelected();
        }

        @Override
        protected void onIdleExpired(TimeoutException timeout) {
            boolean waits = isFillInterested() && !arrived || getWriteFlusher().isPending();
            // Otherwise a thread has it in hand, or will; the time starts anew.
            if (waits) {
                super.onIdleExpired(timeout);
            }
        }
    }
}
