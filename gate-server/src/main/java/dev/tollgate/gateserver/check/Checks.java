package dev.tollgate.gateserver.check;

import dev.tollgate.gate.Decision;
import dev.tollgate.gate.Gate;
import dev.tollgate.gate.Permit;
import dev.tollgate.schemas.avro.Outcome;

/**
 * Asks the gate. A recorded call is over as soon as it is allowed: how it ends in the service is not known here, so it
 * is taken for a success, and its place in a concurrency limit is only asked for. Thread-safe.
 */
public final class Checks {
    private final Gate gate;
    private final Recorder recorder;

    public Checks(Gate gate, Recorder recorder) {
        this.gate = gate;
        this.recorder = recorder;
    }

    /** The decision about a call; its event is on the way, or spooled, where the request asks for that. */
    public Decision decide(ReadCheck.Valid check) {
        if (check.options().dryRun()) {
            return gate.dryRun(check.call());
        }
        if (!check.options().record()) {
            return gate.check(check.call());
        }
        Permit permit = gate.begin(check.call());
        Outcome outcome = permit.decision().allowed() ? Outcome.SUCCESS : Outcome.LIMITED;
        recorder.record(check.call(), check.requestId(), outcome, permit.endPublished(outcome));
        return permit.decision();
    }
}
