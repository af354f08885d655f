package dev.tollgate.embedded.artifact;

import dev.tollgate.embedded.StartListener;
import java.util.function.LongConsumer;

/** Passes byte counts on a few times per second, and always the last one. For one thread. */
final class ThrottledReporter implements LongConsumer {
    private static final long INTERVAL_NANOS = 200_000_000;

    private final StartListener progress;
    private final StartListener.Phase phase;
    private final String subject;
    private final long total;
    private long reportedAt = System.nanoTime() - INTERVAL_NANOS;
    private boolean complete;

    ThrottledReporter(StartListener progress, StartListener.Phase phase, String subject, long total) {
        this.progress = progress;
        this.phase = phase;
        this.subject = subject;
        this.total = total;
    }

    @Override
    public void accept(long bytesSoFar) {
        long now = System.nanoTime();
        boolean last = bytesSoFar >= total;
        if (!complete && (last || now - reportedAt >= INTERVAL_NANOS)) {
            reportedAt = now;
            complete = last;
            progress.update(phase, subject, Math.min(bytesSoFar, total), total);
        }
    }
}
