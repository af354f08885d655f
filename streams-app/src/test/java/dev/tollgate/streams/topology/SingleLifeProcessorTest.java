package dev.tollgate.streams.topology;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.tollgate.streams.metrics.AccountingMetrics;
import dev.tollgate.streams.store.TestingStores;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.junit.jupiter.api.Test;

class SingleLifeProcessorTest {
    private final MockProcessorContext<String, String> context = TestingStores.context();
    private final List<String> calls = new ArrayList<>();
    private final AccountingMetrics metrics = new AccountingMetrics();
    private boolean recycled;
    private final SingleLifeProcessor<String, String, String, String> processor =
            new SingleLifeProcessor<>(new Recorder(), opened -> takeRecycled(), metrics);

    @Test
    void givenFirstLife_whenUsed_thenEverythingIsHandedOn() {
        processor.init(context);
        processor.process(new Record<>("key", "value", 1));
        processor.close();

        assertThat(calls).containsExactly("init", "value", "close");
        assertThat(metrics.revivedTasks.count()).isZero();
    }

    @Test
    void givenClosedTask_whenRevived_thenTheThreadEndsAndNothingIsOpened() {
        processor.init(context);
        processor.close();

        assertThatThrownBy(() -> processor.init(context))
                .isInstanceOf(RetriableException.class)
                .hasMessageContaining("task 0_0 was opened before");

        assertThat(calls).containsExactly("init", "close");
        assertThat(metrics.revivedTasks.count()).isEqualTo(1);
    }

    @Test
    void givenTaskThatWasAStandbyMeanwhile_whenActiveAgain_thenItIsOpenedAnewAndOnceOnly() {
        processor.init(context);
        processor.close();
        recycled = true;
        processor.init(context);
        processor.close();

        assertThatThrownBy(() -> processor.init(context)).isInstanceOf(RetriableException.class);

        assertThat(calls).containsExactly("init", "close", "init", "close");
        assertThat(metrics.revivedTasks.count()).isEqualTo(1);
    }

    private boolean takeRecycled() {
        boolean before = recycled;
        recycled = false;
        return before;
    }

    private final class Recorder implements Processor<String, String, String, String> {
        @Override
        public void init(ProcessorContext<String, String> opened) {
            calls.add("init");
        }

        @Override
        public void process(Record<String, String> record) {
            calls.add(record.value());
        }

        @Override
        public void close() {
            calls.add("close");
        }
    }
}
