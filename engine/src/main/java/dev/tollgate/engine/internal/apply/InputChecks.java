package dev.tollgate.engine.internal.apply;

import dev.tollgate.engine.input.AccountInput;
import dev.tollgate.engine.input.RequestInput;
import dev.tollgate.engine.input.ValidRequest;
import dev.tollgate.engine.output.RejectionReason;
import dev.tollgate.planmodel.contract.Bounds;
import dev.tollgate.planmodel.input.InputText;
import dev.tollgate.planmodel.input.InputTime;
import dev.tollgate.planmodel.input.RequestRules;
import dev.tollgate.planmodel.input.Violation;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rejects what cannot have happened. The rules are those of {@link dev.tollgate.planmodel.input}, which every way in
 * applies as well. Each check returns whether the input passes; if not, it has rejected it and changed nothing.
 */
final class InputChecks {
    /** Longest reason and actor of a command, in characters. */
    static final int MAX_TEXT_LENGTH = 1_000;

    private InputChecks() {}

    /** The event as the engine works with it; null if it was rejected. */
    static @Nullable ValidRequest parse(Transition transition, RequestInput request, InputLimits limits) {
        List<Violation> broken = RequestRules.check(request);
        boolean isSound = (broken.isEmpty() || !isRejected(transition, broken.get(0)))
                && requireOwn(transition, request.accountId())
                && !isRejected(
                        transition,
                        InputTime.ahead(
                                "occurred_at",
                                request.occurredAtMillis(),
                                request.appendedAtMillis(),
                                limits.allowedSkewMillis()));
        return isSound ? ValidRequest.of(request) : null;
    }

    static boolean requireSound(Transition transition, AccountInput command) {
        return !isRejected(transition, InputText.required("command_id", command.commandId(), Bounds.MAX_ID_CHARACTERS))
                && !isRejected(
                        transition, InputText.required("account_id", command.accountId(), Bounds.MAX_ID_CHARACTERS))
                && requireOwn(transition, command.accountId())
                && !isRejected(transition, InputTime.range("effective_at", command.effectiveAtMillis()))
                && !isRejected(transition, InputText.label("reason", command.reason(), MAX_TEXT_LENGTH))
                && !isRejected(transition, InputText.label("actor", command.actor(), MAX_TEXT_LENGTH));
    }

    static boolean requireEndpoint(Transition transition, String endpoint) {
        return !isRejected(transition, InputText.required("endpoint", endpoint, Bounds.MAX_ENDPOINT_CHARACTERS));
    }

    static boolean requireNotNegative(Transition transition, String name, @Nullable Long value) {
        return !isRejected(transition, RequestRules.notNegative(name, value));
    }

    private static boolean requireOwn(Transition transition, @Nullable String accountId) {
        if (!transition.state.accountId().equals(accountId)) {
            throw new IllegalArgumentException("input of account " + accountId + " was given to the state of account "
                    + transition.state.accountId());
        }
        return true;
    }

    private static boolean isRejected(Transition transition, @Nullable Violation violation) {
        if (violation != null) {
            transition.reject(RejectionReason.of(violation), violation.sentence());
        }
        return violation != null;
    }
}
