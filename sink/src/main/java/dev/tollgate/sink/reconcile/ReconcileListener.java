package dev.tollgate.sink.reconcile;

/** Told how far a reconciliation is. Called on the thread that reconciles. */
@FunctionalInterface
public interface ReconcileListener {
    /** Listens to nothing. */
    ReconcileListener SILENT = (what, done, total) -> {};

    /**
     * Progress of one step.
     *
     * @param what for example {@code usage-journal-3}
     * @param done offsets read
     * @param total offsets to read
     */
    void onProgress(String what, long done, long total);
}
