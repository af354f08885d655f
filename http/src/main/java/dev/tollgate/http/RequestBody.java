package dev.tollgate.http;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.TimeoutException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;

/**
 * A request's body, read into memory that is taken from a budget as it arrives: a client that announces much and sends
 * nothing takes nothing. One per request, used by its thread.
 */
public final class RequestBody implements AutoCloseable {
    private static final int FIRST_BYTES = 16 << 10;
    /** How much of an unwanted body is read and thrown away so that its sender gets to read the answer. */
    private static final long MAX_DISCARDED_BYTES = 32L << 20;

    private static final Duration MAX_DISCARDING = Duration.ofSeconds(5);
    private static final Duration STRETCH = Duration.ofSeconds(5);

    private final Request request;
    /** Not to be closed: closing before its end breaks the connection off, and the answer with it. */
    private final InputStream in;

    private final Budget budget;
    private final int maxBytes;
    private final Duration timeout;
    private final int minBytesPerSecond;
    private long taken;
    private boolean ended;

    /**
     * @param timeout within which all of it must be there
     * @param minBytesPerSecond how fast it must arrive all the time, 0 for no matter
     */
    public RequestBody(Request request, Budget budget, int maxBytes, Duration timeout, int minBytesPerSecond) {
        this.request = request;
        in = Request.asInputStream(request);
        this.budget = budget;
        this.maxBytes = maxBytes;
        this.timeout = timeout;
        this.minBytesPerSecond = minBytesPerSecond;
    }

    /**
     * Reads all of it.
     *
     * @throws RejectedException if it is too large, there is no room for it, or it does not arrive in time
     * @throws IOException if the client went away
     */
    public byte[] read() throws RejectedException, IOException {
        long announced = request.getLength();
        if (announced > maxBytes) {
            throw tooLarge();
        }
        if (announced > 0 && !budget.hasRoomFor(announced)) {
            throw overloaded();
        }
        long start = System.nanoTime();
        long deadline = start + timeout.toNanos();
        LeastRate rate = new LeastRate(start);
        byte[] bytes = new byte[0];
        int length = 0;
        try {
            while (true) {
                if (length == bytes.length) {
                    bytes = grown(bytes, announced);
                }
                int read = in.read(bytes, length, bytes.length - length);
                if (read < 0) {
                    ended = true;
                    return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
                }
                length += read;
                if (length > maxBytes) {
                    throw tooLarge();
                }
                long now = System.nanoTime();
                if (now - deadline >= 0) {
                    throw new RejectedException(
                            CommonProblem.REQUEST_TIMEOUT, "the body must arrive within " + timeout.toMillis() + " ms");
                }
                if (rate.isTooSlow(now, length)) {
                    throw new RejectedException(
                            CommonProblem.REQUEST_TIMEOUT,
                            "the body must arrive at " + minBytesPerSecond + " bytes a second or faster");
                }
            }
        } catch (IOException e) {
            if (e.getCause() instanceof TimeoutException) {
                throw new RejectedException(CommonProblem.REQUEST_TIMEOUT, "the body stopped arriving");
            }
            throw e;
        }
    }

    /**
     * Room for twice as much, one byte beyond the largest body at most, which is enough to see that it is too large.
     */
    private byte[] grown(byte[] bytes, long announced) throws RejectedException {
        long most = announced >= 0 ? announced + 1 : maxBytes + 1L;
        int size = (int) Math.min(most, Math.max(FIRST_BYTES, bytes.length * 2L));
        if (size <= bytes.length) {
            size = bytes.length + 1;
        }
        if (!budget.tryTake(size - taken)) {
            throw overloaded();
        }
        taken = size;
        return Arrays.copyOf(bytes, size);
    }

    /**
     * Reads the rest and throws it away, within bounds: closing a connection on a client that is still sending makes
     * its system drop the answer. A client that waits for "100 Continue" sends nothing and is not asked to.
     *
     * @return whether the body is at its end, so that the connection can carry another request
     */
    public boolean discardRest() {
        if (ended || request.getHeaders().contains(HttpHeader.EXPECT) || request.getLength() > MAX_DISCARDED_BYTES) {
            return ended;
        }
        long deadline = System.nanoTime() + MAX_DISCARDING.toNanos();
        byte[] scrap = new byte[8 << 10];
        long discarded = 0;
        try {
            while (discarded < MAX_DISCARDED_BYTES && System.nanoTime() - deadline < 0) {
                int read = in.read(scrap);
                if (read < 0) {
                    ended = true;
                    return true;
                }
                discarded += read;
            }
        } catch (IOException e) {
            // The client went away or fell silent; there is nobody to wait for.
            return false;
        }
        return false;
    }

    /** Gives the memory back; the bytes must not be held any longer. */
    @Override
    public void close() {
        budget.giveBack(taken);
        taken = 0;
    }

    /**
     * Holds how fast a body arrives against the least rate, over one stretch of time after the other: what came at
     * first is no excuse for later.
     */
    private final class LeastRate {
        private final long stretchNanos = Math.min(STRETCH.toNanos(), timeout.toNanos() / 4);
        private long fromNanos;
        private int fromBytes;

        LeastRate(long nowNanos) {
            fromNanos = nowNanos;
        }

        boolean isTooSlow(long nowNanos, int bytes) {
            long elapsed = nowNanos - fromNanos;
            if (elapsed < stretchNanos) {
                return false;
            }
            boolean slow = (bytes - fromBytes) < minBytesPerSecond * (elapsed / 1e9);
            fromNanos = nowNanos;
            fromBytes = bytes;
            return slow;
        }
    }

    private RejectedException tooLarge() {
        return new RejectedException(CommonProblem.BODY_TOO_LARGE, "a body must have at most " + maxBytes + " bytes");
    }

    private static RejectedException overloaded() {
        return new RejectedException(
                CommonProblem.OVERLOADED, "there is no room for the body now; send it again after a pause");
    }

    /** The body is not taken. */
    public static final class RejectedException extends Exception {
        private static final long serialVersionUID = 1L;

        private final ProblemType type;

        RejectedException(ProblemType type, String detail) {
            super(detail, null, false, false);
            this.type = type;
        }

        public Answer answer() {
            return Answer.problem(type, String.valueOf(getMessage()));
        }
    }
}
