package dev.tollgate.publisher;

import static dev.tollgate.publisher.HandOverQueue.Offer.ACCEPTED;
import static dev.tollgate.publisher.HandOverQueue.Offer.CLOSED;
import static dev.tollgate.publisher.HandOverQueue.Offer.FULL;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class HandOverQueueTest {
    private static final int THREADS = 4;
    private static final int EVENTS_PER_THREAD = 200_000;

    @Test
    void givenRoomForFour_whenAFifthIsOffered_thenItIsRejectedUntilOneIsTaken() {
        HandOverQueue queue = new HandOverQueue(4, 1 << 20);
        for (int i = 0; i < 4; i++) {
            assertThat(queue.offer(envelope(0, i))).isEqualTo(ACCEPTED);
        }

        assertThat(queue.offer(envelope(0, 4))).isEqualTo(FULL);
        assertThat(number(queue.poll())).isZero();
        assertThat(queue.offer(envelope(0, 4))).isEqualTo(ACCEPTED);
        assertThat(queue.size()).isEqualTo(4);
    }

    @Test
    void givenABoundInBytes_whenItIsReached_thenTheOfferIsRejectedAndCostsNoRoom() {
        int size = envelope(0, 0).sizeBytes();
        HandOverQueue queue = new HandOverQueue(64, 2L * size);
        queue.offer(envelope(0, 0));
        queue.offer(envelope(0, 1));

        for (int i = 0; i < 100; i++) {
            assertThat(queue.offer(envelope(0, 2))).isEqualTo(FULL);
        }
        queue.poll();

        assertThat(queue.offer(envelope(0, 3))).isEqualTo(ACCEPTED);
    }

    @Test
    void givenAClosedQueue_whenOffered_thenItIsRejectedAndTheOldOnesAreStillThere() {
        HandOverQueue queue = new HandOverQueue(4, 1 << 20);
        queue.offer(envelope(0, 0));
        queue.close();

        assertThat(queue.offer(envelope(0, 1))).isEqualTo(CLOSED);
        assertThat(number(queue.poll())).isZero();
        assertThat(queue.poll()).isNull();
        assertThat(queue.isEmpty()).isTrue();
    }

    @Test
    void givenManyThreads_whenTheQueueIsClosedMeanwhile_thenEveryAcceptedEventLeavesOnceAndInItsThreadsOrder()
            throws Exception {
        HandOverQueue queue = new HandOverQueue(1024, 1 << 30);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            List<Future<Integer>> offered = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                int number = thread;
                offered.add(threads.submit(() -> offerAll(queue, number)));
            }
            int[] next = new int[THREADS];
            int taken = 0;
            while (taken < EVENTS_PER_THREAD * THREADS / 2) {
                taken += takeOne(queue, next);
            }
            queue.close();
            while (!queue.isEmpty()) {
                takeOne(queue, next);
            }

            for (int thread = 0; thread < THREADS; thread++) {
                assertThat(next[thread]).isEqualTo(offered.get(thread).get());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static int offerAll(HandOverQueue queue, int thread) {
        for (int i = 0; i < EVENTS_PER_THREAD; i++) {
            Envelope envelope = envelope(thread, i);
            HandOverQueue.Offer offer = queue.offer(envelope);
            while (offer == FULL) {
                Thread.onSpinWait();
                offer = queue.offer(envelope);
            }
            if (offer == CLOSED) {
                return i;
            }
        }
        return EVENTS_PER_THREAD;
    }

    private static int takeOne(HandOverQueue queue, int[] next) {
        Envelope envelope = queue.poll();
        if (envelope == null) {
            Thread.onSpinWait();
            return 0;
        }
        int thread = envelope.key[0];
        assertThat(number(envelope)).isEqualTo(next[thread]);
        next[thread]++;
        return 1;
    }

    private static Envelope envelope(int thread, int number) {
        return new Envelope(
                new byte[] {(byte) thread},
                ByteBuffer.allocate(4).putInt(number).array());
    }

    private static int number(@Nullable Envelope envelope) {
        return ByteBuffer.wrap(Objects.requireNonNull(envelope).payload).getInt();
    }
}
