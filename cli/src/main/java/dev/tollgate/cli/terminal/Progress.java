package dev.tollgate.cli.terminal;

import dev.tollgate.schemas.text.PrintableText;
import java.io.PrintStream;
import java.util.Locale;
import java.util.function.LongSupplier;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows on standard error how long work goes on: a live bar on a terminal, else one line when a step ends. One step at
 * a time. Thread-safe, since downloads report from threads of their own.
 */
public final class Progress implements AutoCloseable {
    private static final int NAME_WIDTH = 34;

    private final PrintStream err;
    private final boolean live;
    private @Nullable ProgressBar bar;
    private @Nullable String step;
    private long startedNanos;

    private Progress(PrintStream err, boolean live) {
        this.err = err;
        this.live = live;
    }

    /** A live bar where standard error can be taken to be a terminal, else lines. */
    public static Progress onStandardError() {
        boolean terminal =
                System.console() != null && System.console().isTerminal() && !"dumb".equals(System.getenv("TERM"));
        return new Progress(System.err, terminal);
    }

    /**
     * Ends the step before and begins one.
     *
     * @param name for people
     * @param total how much there is to do, or -1 if that is not known
     */
    public synchronized void begin(String name, long total) {
        end();
        step = PrintableText.of(name);
        startedNanos = System.nanoTime();
        if (live) {
            bar = new ProgressBarBuilder()
                    .setTaskName(String.format(Locale.ROOT, "%-" + NAME_WIDTH + "s", step))
                    .setInitialMax(total)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(200)
                    .build();
        }
    }

    /** How much of the step is done. */
    public synchronized void at(long done) {
        if (bar != null) {
            bar.stepTo(done);
        }
    }

    /** How much of the step is done, and how much there is, as that becomes known. */
    public synchronized void at(long done, long total) {
        if (bar != null) {
            bar.maxHint(total);
            bar.stepTo(done);
        }
    }

    /** A line of its own beside the bar, which is drawn again below it. */
    public synchronized void say(String line) {
        if (bar != null) {
            err.print("\r\u001b[K");
        }
        err.println(PrintableText.of(line));
        if (bar != null) {
            bar.refresh();
        }
    }

    /** Name of the step that is shown, or null. */
    public synchronized @Nullable String current() {
        return step;
    }

    /** Ends the step. */
    public synchronized void end() {
        if (bar != null) {
            if (bar.getMax() >= 0) {
                bar.stepTo(bar.getMax());
            }
            bar.close();
            bar = null;
        } else if (step != null) {
            err.printf(Locale.ROOT, "%-" + NAME_WIDTH + "s %6.1f s%n", step, (System.nanoTime() - startedNanos) / 1e9);
        }
        step = null;
    }

    @Override
    public void close() {
        end();
    }

    /** Polls a figure until it reaches a goal or time is up; the bar follows it. */
    public boolean follow(LongSupplier figure, long goal, java.time.Duration patience) {
        long deadline = System.nanoTime() + patience.toNanos();
        while (true) {
            long value = figure.getAsLong();
            at(Math.min(value, goal));
            if (value >= goal) {
                return true;
            }
            if (System.nanoTime() >= deadline) {
                return false;
            }
            try {
                Thread.sleep(50);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new CommandFailure("interrupted", e);
            }
        }
    }
}
