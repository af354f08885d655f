package dev.tollgate.gateway.internal.layout;

import org.jspecify.annotations.Nullable;

/**
 * How the lines of a file are taken apart. Made anew for each file, since a file may say itself what its columns are.
 * Not thread-safe.
 */
public interface RecordLayout {
    /**
     * Takes one line apart.
     *
     * @return null for a line that is no record, such as a comment
     * @throws IllegalArgumentException saying which field is not as it must be, what was expected and what was found
     */
    @Nullable
    LogRecord parse(String line);

    /** Takes note of a line that an earlier run has published, where it says what the columns of the others are. */
    default void pass(String line) {}

    /** Whether a line can have such a field. */
    boolean isField(String name);

    /** What a line has, for those who misspelt one. */
    String fields();
}
