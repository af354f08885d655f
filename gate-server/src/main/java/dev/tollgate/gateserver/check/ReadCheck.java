package dev.tollgate.gateserver.check;

import dev.tollgate.gate.Call;
import dev.tollgate.gateserver.request.CheckProblem;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a request of a proxy turned out to be. */
public sealed interface ReadCheck {
    /**
     * A call to decide about.
     *
     * @param requestId of {@code X-Request-Id}, which becomes the id of the event; null if there is none
     */
    record Valid(Call call, CheckOptions options, @Nullable String requestId) implements ReadCheck {}

    /** A call of nobody, which goes ahead because {@code gate-server.no-account} says so. */
    record Unlimited() implements ReadCheck {}

    /** Somebody who has not shown who he is. */
    record Unauthenticated(String detail) implements ReadCheck {}

    /** A request that does not say what it has to. */
    record Invalid(List<CheckProblem> problems) implements ReadCheck {
        public Invalid {
            problems = List.copyOf(problems);
        }
    }
}
