package dev.tollgate.cli.metrics;

import dev.tollgate.cli.terminal.Json;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;

/**
 * Whether the roles of a process live and are ready, as the probes of an orchestrator ask for it. Thread-safe.
 *
 * <p>A process lives until a role has ended. A role that rebalances or waits for a server is alive and not ready:
 * restarting it would only make it begin again.
 */
public final class ProcessHealth {
    private final Map<String, Supplier<State>> roles = new ConcurrentSkipListMap<>();
    private volatile boolean wasReady;

    /** How a role is. */
    public enum State {
        /** It works, or has nothing to do. */
        READY,
        /** It starts, restores its state, rebalances, or stops. */
        NOT_READY,
        /** It has ended and does not come back. */
        ENDED;

        /** From what a role says of itself; one that has ended is not asked whether it is ready. */
        public static State of(boolean ended, boolean ready) {
            if (ended) {
                return ENDED;
            }
            return ready ? READY : NOT_READY;
        }
    }

    /**
     * An answer to a probe.
     *
     * @param ok whether the probe succeeds
     * @param body JSON: {@code status}, and {@code roles} with the state of each
     */
    record Answer(boolean ok, String body) {}

    /** Has a role asked for its state from now on; another one of this name is replaced. */
    public void watch(String role, Supplier<State> state) {
        roles.put(role, state);
    }

    /** Whether no role has ended; also true before there is one. */
    Answer live() {
        Map<String, State> states = states();
        boolean live = !states.containsValue(State.ENDED);
        return answer(live, live ? "live" : "ended", states);
    }

    /** Whether there are roles and all are ready. */
    Answer ready() {
        Map<String, State> states = states();
        boolean ready = areReady(states);
        return answer(ready, ready ? "ready" : "not-ready", states);
    }

    /** Whether all roles have been ready once: until then a restart would only make a long start longer. */
    Answer started() {
        Map<String, State> states = states();
        if (areReady(states)) {
            wasReady = true;
        }
        return answer(wasReady, wasReady ? "started" : "starting", states);
    }

    private static boolean areReady(Map<String, State> states) {
        return !states.isEmpty() && states.values().stream().allMatch(state -> state == State.READY);
    }

    private Map<String, State> states() {
        Map<String, State> states = new LinkedHashMap<>();
        roles.forEach((role, state) -> states.put(role, state.get()));
        return states;
    }

    private static Answer answer(boolean ok, String status, Map<String, State> states) {
        Map<String, String> byRole = new LinkedHashMap<>();
        states.forEach((role, state) ->
                byRole.put(role, state.name().toLowerCase(Locale.ROOT).replace('_', '-')));
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("status", status);
        body.put("roles", byRole);
        return new Answer(ok, Json.line(body) + "\n");
    }
}
