package dev.tollgate.http;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;

/** Members of a JSON object that is begun and ended by the caller. */
@FunctionalInterface
public interface JsonMembers {
    /** Nothing. */
    JsonMembers NONE = json -> {};

    /**
     * Writes them.
     *
     * @throws IOException if the generator's target fails
     */
    void write(JsonGenerator json) throws IOException;
}
