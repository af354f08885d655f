package dev.tollgate.gate;

import dev.tollgate.gate.internal.counter.TrackedCall;
import dev.tollgate.schemas.event.DeliveryListener;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

/** Passes what the publisher tells of a call on to the counters of its limits. What is told first counts. */
final class Delivery implements DeliveryListener {
    private final List<TrackedCall> calls;
    private final LongAdder errors;
    private final AtomicBoolean told = new AtomicBoolean();

    /** @param errors counts failures, which the publisher must not see */
    Delivery(List<TrackedCall> calls, LongAdder errors) {
        this.calls = calls;
        this.errors = errors;
    }

    @Override
    public void acknowledged(int partition, long offset) {
        tell(call -> call.acknowledged(partition, offset));
    }

    @Override
    public void dropped() {
        tell(TrackedCall::dropped);
    }

    @Override
    public void unknown() {
        tell(TrackedCall::unknown);
    }

    private void tell(Consumer<TrackedCall> what) {
        if (told.compareAndSet(false, true)) {
            try {
                calls.forEach(what);
            } catch (RuntimeException e) {
                errors.increment();
            }
        }
    }
}
