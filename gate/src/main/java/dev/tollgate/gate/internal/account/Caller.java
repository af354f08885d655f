package dev.tollgate.gate.internal.account;

import dev.tollgate.gate.Decision;
import dev.tollgate.gate.internal.counter.Counter;
import java.util.function.Function;

/**
 * An account, or a project and API key of one, under certain terms: the counter behind each rule, and the answer that
 * all its allowed calls get.
 */
public final class Caller {
    public final Counter[] counters;
    public final Decision allowed;

    Caller(Counter[] counters, Function<Caller, Decision> allowed) {
        this.counters = counters;
        this.allowed = allowed.apply(this);
    }
}
