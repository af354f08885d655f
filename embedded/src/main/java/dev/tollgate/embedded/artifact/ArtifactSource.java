package dev.tollgate.embedded.artifact;

import java.io.IOException;
import java.nio.file.Path;
import java.util.function.LongConsumer;

/** A place that an artifact's archive comes from. */
public interface ArtifactSource {

    /**
     * Fetches the archive.
     *
     * @param staging an empty folder of this call's own, deleted afterwards
     * @param bytesSoFar told now and then
     * @return the archive, in {@code staging} or wherever it already was; nobody has checked it yet
     * @throws dev.tollgate.embedded.StackException if it cannot be had; the message says what to do
     */
    Path fetch(Path staging, LongConsumer bytesSoFar) throws IOException, InterruptedException;
}
