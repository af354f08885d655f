package dev.tollgate.engine.plan;

/** How a limit lets usage grow and go away again. */
public sealed interface Algorithm {

    /** Short lower-case name for people: what the window is called in headers and reports. */
    String label();

    /** Longest time for which usage counts, in milliseconds: decides which of two limits is the longer one. */
    long spanMillis();

    /**
     * Usage counts until the end of a window that is aligned to UTC.
     *
     * @param unit length of the window
     */
    record FixedWindow(WindowUnit unit) implements Algorithm {
        @Override
        public String label() {
            return unit.name().toLowerCase(java.util.Locale.ROOT);
        }

        @Override
        public long spanMillis() {
            return unit.maxMillis();
        }
    }
}
