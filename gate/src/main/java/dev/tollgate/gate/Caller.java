package dev.tollgate.gate;

/**
 * An account, or a project and API key of one, under certain terms: the counter behind each rule, and the answer that
 * all its allowed calls get.
 */
final class Caller {
    final Counter[] counters;
    final Decision allowed;

    Caller(Counter[] counters, Decision.HeaderSource headers) {
        this.counters = counters;
        this.allowed = Decision.allowed(headers);
    }
}
