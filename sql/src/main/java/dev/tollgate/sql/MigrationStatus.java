package dev.tollgate.sql;

import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What became of one migration file.
 *
 * @param id series and number, for example {@code V007}
 * @param name the words of its file name
 * @param state whether it ran
 * @param appliedAt when it ran, or null
 * @param duration how long it took, or null
 * @param note why it is left out, or empty
 */
public record MigrationStatus(
        String id,
        String name,
        State state,
        @Nullable Instant appliedAt,
        @Nullable Duration duration,
        String note) {

    /** Whether a file ran. */
    public enum State {
        /** It ran, now or earlier. */
        APPLIED,
        /** It would run. */
        PENDING,
        /** This ClickHouse cannot run it; the note says why. */
        SKIPPED
    }

    /** One line for people: id, name, state and note. */
    public String describe() {
        StringBuilder line = new StringBuilder(id)
                .append(' ')
                .append(name)
                .append(": ")
                .append(state.name().toLowerCase(java.util.Locale.ROOT));
        if (appliedAt != null) {
            line.append(" at ").append(appliedAt);
        }
        if (duration != null) {
            line.append(" in ").append(duration.toMillis()).append(" ms");
        }
        return note.isEmpty()
                ? line.toString()
                : line.append(" (").append(note).append(')').toString();
    }
}
