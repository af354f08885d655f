package dev.tollgate.cli.local;

import dev.tollgate.cli.terminal.Progress;
import dev.tollgate.embedded.StartListener;
import java.util.HashMap;
import java.util.Map;

/**
 * Shows how far the embedded stack has got. Parts are fetched in parallel, so their downloads are one step whose bytes
 * are added up; the start of the parts is another.
 */
public final class StackProgress implements StartListener {
    private static final String START = "starting the stack";
    private static final String FETCH = "fetching software (first run)";

    private final Progress progress;
    private final Map<String, Long> fetchedBytes = new HashMap<>();
    private final Map<String, Long> totalBytes = new HashMap<>();
    private int started;

    public StackProgress(Progress progress) {
        this.progress = progress;
        progress.begin(START, 3);
    }

    @Override
    public synchronized void update(Phase phase, String subject, long done, long total) {
        switch (phase) {
            case DOWNLOAD -> downloaded(subject, done, total);
            case VERIFY, UNPACK -> {
                // Short next to the download before it.
            }
            case START -> {
                if (done == total) {
                    started++;
                }
                if (FETCH.equals(progress.current()) && sum(fetchedBytes) >= sum(totalBytes)) {
                    progress.begin(START, 3);
                }
                if (START.equals(progress.current())) {
                    progress.at(started);
                }
            }
        }
    }

    private void downloaded(String subject, long done, long total) {
        fetchedBytes.put(subject, done);
        totalBytes.put(subject, Math.max(done, total));
        if (!FETCH.equals(progress.current())) {
            progress.begin(FETCH, sum(totalBytes));
        }
        progress.at(sum(fetchedBytes), sum(totalBytes));
    }

    private static long sum(Map<String, Long> bytes) {
        return bytes.values().stream().mapToLong(Long::longValue).sum();
    }
}
