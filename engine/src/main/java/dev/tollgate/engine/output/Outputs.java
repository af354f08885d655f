package dev.tollgate.engine.output;

/**
 * Takes what the engine emits, in order. Called on the engine's thread, in the middle of applying an input: must not
 * call the engine.
 */
public interface Outputs {

    /** The verdict on a request event, or its restatement by a correction. */
    void journal(JournalEntry entry);

    /** A running or final total. */
    void total(UsageTotal total);

    /** An alert, block, clearing, suspension or plan change. */
    void limitEvent(LimitEvent event);

    /**
     * The input was rejected and the state is as before.
     *
     * @param detail what was wrong, with the value and what is allowed
     */
    void rejected(RejectionReason reason, String detail);
}
