package dev.tollgate.publisher;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;
import org.openjdk.jcstress.infra.results.I_Result;

/** What threads may see of the hand-over between those that publish and the one that sends. */
public final class HandOverQueueStress {
    private static final int LARGE = 1 << 20;

    private HandOverQueueStress() {}

    /** An envelope that is told from others by its first byte. */
    private static Envelope numbered(int number) {
        return new Envelope(new byte[] {(byte) number}, new byte[0]);
    }

    private static int numberOf(HandOverQueue queue) {
        Envelope envelope = queue.poll();
        return envelope == null ? 0 : envelope.key[0];
    }

    /** Two publish at once: the reader finds both, in one order or the other. */
    @JCStressTest
    @Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "the first was first")
    @Outcome(id = "2, 1", expect = Expect.ACCEPTABLE, desc = "the second was first")
    @Outcome(expect = Expect.FORBIDDEN, desc = "an accepted event is lost or there twice")
    @State
    public static class TwoPublish {
        private final HandOverQueue queue = new HandOverQueue(4, LARGE);

        @Actor
        public void one() {
            queue.offer(numbered(1));
        }

        @Actor
        public void two() {
            queue.offer(numbered(2));
        }

        @Arbiter
        public void read(II_Result result) {
            result.r1 = numberOf(queue);
            result.r2 = numberOf(queue);
        }
    }

    /** One publishes twice while the reader reads: it sees them in their order, and none before it is whole. */
    @JCStressTest
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "both reads came too early")
    @Outcome(id = "0, 1", expect = Expect.ACCEPTABLE, desc = "the first read came too early")
    @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "the second read came too early")
    @Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "both were there")
    @Outcome(expect = Expect.FORBIDDEN, desc = "order is broken")
    @State
    public static class PublishAndRead {
        private final HandOverQueue queue = new HandOverQueue(4, LARGE);

        @Actor
        public void publish() {
            queue.offer(numbered(1));
            queue.offer(numbered(2));
        }

        @Actor
        public void read(II_Result result) {
            result.r1 = numberOf(queue);
            result.r2 = numberOf(queue);
        }
    }

    /** One publishes while the queue is closed: accepted means that the reader finds it, closed that it does not. */
    @JCStressTest
    @Outcome(id = "1, 1", expect = Expect.ACCEPTABLE, desc = "accepted and found")
    @Outcome(id = "0, 0", expect = Expect.ACCEPTABLE, desc = "not accepted, and not there")
    @Outcome(expect = Expect.FORBIDDEN, desc = "what was said is not what is there")
    @State
    public static class PublishAndClose {
        private final HandOverQueue queue = new HandOverQueue(4, LARGE);

        @Actor
        public void publish(II_Result result) {
            result.r1 = queue.offer(numbered(1)) == HandOverQueue.Offer.ACCEPTED ? 1 : 0;
        }

        @Actor
        public void close() {
            queue.close();
        }

        @Arbiter
        public void read(II_Result result) {
            result.r2 = numberOf(queue);
        }
    }

    /** Two publish into the last place: one is accepted, the other is told that the queue is full. */
    @JCStressTest
    @Outcome(id = "1", expect = Expect.ACCEPTABLE, desc = "one of them")
    @Outcome(expect = Expect.FORBIDDEN, desc = "none or both")
    @State
    public static class TheLastPlace {
        private final HandOverQueue queue = new HandOverQueue(1, LARGE);
        private volatile int accepted;
        private volatile int acceptedToo;

        @Actor
        public void one() {
            accepted = queue.offer(numbered(1)) == HandOverQueue.Offer.ACCEPTED ? 1 : 0;
        }

        @Actor
        public void two() {
            acceptedToo = queue.offer(numbered(2)) == HandOverQueue.Offer.ACCEPTED ? 1 : 0;
        }

        @Arbiter
        public void count(I_Result result) {
            result.r1 = accepted + acceptedToo;
        }
    }

    /** The reader frees a place while another publishes: the place is given out once, and what was in it is read. */
    @JCStressTest
    @Outcome(id = "1, 0", expect = Expect.ACCEPTABLE, desc = "the queue was still full")
    @Outcome(id = "1, 2", expect = Expect.ACCEPTABLE, desc = "the place was free")
    @Outcome(expect = Expect.FORBIDDEN, desc = "an event is lost or overwritten")
    @State
    public static class FreeAPlace {
        private final HandOverQueue queue = new HandOverQueue(1, LARGE);

        public FreeAPlace() {
            queue.offer(numbered(1));
        }

        @Actor
        public void publish() {
            queue.offer(numbered(2));
        }

        @Actor
        public void read(II_Result result) {
            result.r1 = numberOf(queue);
        }

        @Arbiter
        public void readOn(II_Result result) {
            result.r2 = numberOf(queue);
        }
    }
}
