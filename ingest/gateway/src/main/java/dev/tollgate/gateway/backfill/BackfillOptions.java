package dev.tollgate.gateway.backfill;

import dev.tollgate.schemas.event.MaxEventAge;
import dev.tollgate.schemas.event.MaxEventAhead;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What to read and how carefully.
 *
 * @param files read one after the other, so the oldest first; plain or gzip, told by their first bytes
 * @param mapping how their records become events
 * @param stateFile remembers how far each file was read; null to remember nothing
 * @param isStateReadOnly whether the state file is only looked at, for a run that publishes nothing
 * @param source part of the ids that are made, and of what the state file remembers: files of different machines that
 *     may hold the same line at the same place need different ones; may be empty
 * @param maxErrors how many records may be rejected before it stops; 0 stops at the first
 * @param maxAge how old an event may be
 * @param maxAhead how far ahead it may lie
 * @param patience how long to try again when Kafka does not confirm, before it stops
 */
public record BackfillOptions(
        List<Path> files,
        Mapping mapping,
        @Nullable Path stateFile,
        boolean isStateReadOnly,
        String source,
        long maxErrors,
        MaxEventAge maxAge,
        MaxEventAhead maxAhead,
        Duration patience) {
    public BackfillOptions {
        files = List.copyOf(files);
        if (maxErrors < 0) {
            throw new IllegalArgumentException("maxErrors must be >= 0, was " + maxErrors);
        }
    }

    /** No state file, no source name, no errors allowed, 400 days back, a minute ahead, a minute of patience. */
    public static BackfillOptions of(List<Path> files, Mapping mapping) {
        return new BackfillOptions(
                files,
                mapping,
                null,
                false,
                "",
                0,
                MaxEventAge.standard(),
                MaxEventAhead.standard(),
                Duration.ofMinutes(1));
    }

    public BackfillOptions withStateFile(Path file) {
        return new BackfillOptions(files, mapping, file, false, source, maxErrors, maxAge, maxAhead, patience);
    }

    /** Looks at a state file without noting anything in it. */
    public BackfillOptions withReadOnlyStateFile(Path file) {
        return new BackfillOptions(files, mapping, file, true, source, maxErrors, maxAge, maxAhead, patience);
    }

    public BackfillOptions withMaxErrors(long errors) {
        return new BackfillOptions(
                files, mapping, stateFile, isStateReadOnly, source, errors, maxAge, maxAhead, patience);
    }

    public BackfillOptions withSource(String name) {
        return new BackfillOptions(
                files, mapping, stateFile, isStateReadOnly, name, maxErrors, maxAge, maxAhead, patience);
    }

    public BackfillOptions withMaxAge(MaxEventAge age) {
        return new BackfillOptions(
                files, mapping, stateFile, isStateReadOnly, source, maxErrors, age, maxAhead, patience);
    }

    public BackfillOptions withMaxAhead(MaxEventAhead ahead) {
        return new BackfillOptions(
                files, mapping, stateFile, isStateReadOnly, source, maxErrors, maxAge, ahead, patience);
    }

    public BackfillOptions withPatience(Duration time) {
        return new BackfillOptions(
                files, mapping, stateFile, isStateReadOnly, source, maxErrors, maxAge, maxAhead, time);
    }
}
