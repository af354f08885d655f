package dev.tollgate.cli;

import dev.tollgate.embedded.Progress.Phase;
import java.util.Locale;

/** Shows how far the embedded stack has got: downloads and unpacking as bars, the start itself as one step. */
public final class StackProgress implements dev.tollgate.embedded.Progress {
    private static final String START = "starting the stack";

    private final Progress progress;

    public StackProgress(Progress progress) {
        this.progress = progress;
        progress.begin(START, 3);
    }

    private int started;

    @Override
    public synchronized void update(Phase phase, String subject, long done, long total) {
        if (phase == Phase.START) {
            if (done == total) {
                started++;
                if (START.equals(progress.current())) {
                    progress.at(started);
                }
            }
            return;
        }
        String name = phase.name().toLowerCase(Locale.ROOT) + " " + subject;
        if (!name.equals(progress.current())) {
            progress.begin(name, total);
        }
        progress.at(done, total);
        if (done == total) {
            progress.begin(START, 3);
            progress.at(started);
        }
    }
}
