package dev.tollgate.streams;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * It is not known from where to read an input partition on, or what is to be read is gone. Reading it all again would
 * count events twice, and reading from its end would leave some out, so somebody has to decide; the message says what
 * and how.
 */
public final class PositionLostException extends IllegalStateException {
    private static final long serialVersionUID = 1L;

    PositionLostException(List<String> problems, String applicationId, @Nullable Throwable cause) {
        super(
                String.join("; ", problems)
                        + ". Nothing is read until this is decided. With all instances stopped, set the position of"
                        + " each partition with 'kafka-consumer-groups.sh --group " + applicationId
                        + " --topic TOPIC:PARTITION --reset-offsets ... --execute'. Where it is missing: of"
                        + " request-events --to-offset the greatest source_offset of the partition in the journal plus"
                        + " one; of account-events --to-datetime the newest as_of of the partition in limit-state plus"
                        + " a millisecond. Then nothing is lost or counted twice. Where records have expired:"
                        + " --to-earliest; what expired stays uncounted.",
                cause);
    }
}
