package dev.tollgate.streams.topology;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.streams.store.TestingStores;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class OpenTasksTest {
    /** The partition of {@link TestingStores#context}. */
    private static final List<TopicPartition> ASSIGNED =
            List.of(new TopicPartition("request-events", 0), new TopicPartition("account-events", 0));

    private final OpenTasks tasks = new OpenTasks();
    private final MockProcessorContext<Object, Object> context = TestingStores.context();
    private final KeyValueStore<Bytes, byte[]> accounts = store("accounts");
    private final KeyValueStore<Bytes, byte[]> events = store("events");
    private final CountDownLatch ownerMayEnd = new CountDownLatch(1);

    @AfterEach
    void endOwner() {
        ownerMayEnd.countDown();
    }

    @Test
    void givenStoresOpenOnAnotherThread_whenItsPartitionIsAssigned_thenTheWaitEndsWithTheLastOneThatCloses()
            throws Exception {
        open(accounts, events);
        Thread next = Thread.ofPlatform().start(() -> tasks.awaitClosedByOthers(ASSIGNED));
        awaitWaiting(next);

        accounts.close();
        // It is woken, and waits again.
        awaitWaiting(next);
        events.close();

        next.join();
        assertThat(waited(ASSIGNED)).isLessThan(OpenTasks.PATIENCE);
    }

    @Test
    void givenStoresOpenOnTheSameThread_whenAssigned_thenItDoesNotWait() {
        accounts.init(context.getStateStoreContext(), accounts);

        assertThat(waited(ASSIGNED)).isLessThan(OpenTasks.PATIENCE);
    }

    @Test
    void givenThreadThatDiedWithItsStoresOpen_whenAssigned_thenItDoesNotWait() throws Exception {
        Thread owner = open(accounts);
        ownerMayEnd.countDown();
        owner.join();

        assertThat(waited(ASSIGNED)).isLessThan(OpenTasks.PATIENCE);
    }

    @Test
    void givenStoresOfAnotherPartition_whenAssigned_thenItDoesNotWait() throws Exception {
        open(accounts);

        assertThat(waited(List.of(new TopicPartition("request-events", 1)))).isLessThan(OpenTasks.PATIENCE);
    }

    @Test
    void givenThreadThatKeepsItsStoresOpen_whenAssigned_thenTheWaitEndsAllTheSame() throws Exception {
        open(accounts);

        assertThat(waited(ASSIGNED)).isGreaterThanOrEqualTo(OpenTasks.PATIENCE);
    }

    private KeyValueStore<Bytes, byte[]> store(String name) {
        return tasks.watch(Stores.inMemoryKeyValueStore(name)).get();
    }

    /** Opens stores on a thread that lives until the end of the test. */
    @SafeVarargs
    private Thread open(KeyValueStore<Bytes, byte[]>... stores) throws InterruptedException {
        CountDownLatch opened = new CountDownLatch(1);
        Thread owner = Thread.ofPlatform().daemon().start(() -> {
            for (KeyValueStore<Bytes, byte[]> store : stores) {
                store.init(context.getStateStoreContext(), store);
            }
            opened.countDown();
            awaitEnd();
        });
        opened.await();
        return owner;
    }

    private void awaitEnd() {
        try {
            ownerMayEnd.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void awaitWaiting(Thread thread) throws InterruptedException {
        while (thread.getState() != Thread.State.TIMED_WAITING) {
            assertThat(thread.isAlive()).as("it went on instead of waiting").isTrue();
            Thread.sleep(1);
        }
    }

    private Duration waited(List<TopicPartition> assigned) {
        long begun = System.nanoTime();
        tasks.awaitClosedByOthers(assigned);
        return Duration.ofNanos(System.nanoTime() - begun);
    }
}
