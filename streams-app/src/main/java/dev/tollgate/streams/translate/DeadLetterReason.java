package dev.tollgate.streams.translate;

import dev.tollgate.engine.output.RejectionReason;

/** Why a record is kept as a dead letter: the topology rejected it, or the engine did. */
public sealed interface DeadLetterReason permits RecordRejectionReason, DeadLetterReason.ByEngine {
    /** The code in the dead letter, as {@code KEY_MISMATCH}; docs/accounting.md lists all of them. */
    String code();

    /** The engine rejected the input, or the topology did for one of the engine's reasons. */
    record ByEngine(RejectionReason reason) implements DeadLetterReason {
        @Override
        public String code() {
            return reason.name();
        }

        @Override
        public String toString() {
            return code();
        }
    }
}
