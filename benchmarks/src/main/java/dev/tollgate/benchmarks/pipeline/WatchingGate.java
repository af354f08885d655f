package dev.tollgate.benchmarks.pipeline;

import dev.tollgate.benchmarks.Pauses;
import dev.tollgate.gate.Call;
import dev.tollgate.gate.Gate;
import dev.tollgate.gate.GateConfig;
import dev.tollgate.gate.Permit;
import dev.tollgate.schemas.avro.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A process with a gate that asks about accounts all the time, and says when each is denied first: {@code DENIED
 * account micros}. Its questions count nothing: each call ends as one that is not charged. Arguments: bootstrap
 * servers, registry URL, prefix of the accounts, their number.
 */
final class WatchingGate {
    private static final long ROUND_NANOS = 500_000;

    private WatchingGate() {}

    public static void main(String[] args) throws InterruptedException {
        Map<String, String> settings =
                Map.of("kafka.bootstrap-servers", args[0], "registry.url", args[1], "gate.unknown-account", "open");
        List<Call> watched = new ArrayList<>();
        for (int i = 0; i < Integer.parseInt(args[3]); i++) {
            watched.add(Call.of(args[2] + i, Pipeline.ENDPOINT));
        }
        try (Gate gate = Gate.of(GateConfig.from(settings))) {
            if (!gate.start()) {
                throw new IllegalStateException("the gate did not become ready in time");
            }
            System.out.println(GateProcess.READY);
            long round = System.nanoTime();
            while (!watched.isEmpty() && !ParentSignal.isEnded()) {
                watched.removeIf(call -> isDenied(gate, call));
                round = Math.max(round + ROUND_NANOS, System.nanoTime());
                Pauses.untilNanos(round);
            }
        }
    }

    private static boolean isDenied(Gate gate, Call call) {
        Permit permit = gate.begin(call);
        boolean allowed = permit.decision().allowed();
        permit.end(Outcome.INVALID);
        if (!allowed) {
            System.out.println("DENIED " + call.accountId() + " " + Pauses.nowMicros());
        }
        return !allowed;
    }
}
