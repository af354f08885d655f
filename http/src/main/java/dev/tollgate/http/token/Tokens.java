package dev.tollgate.http.token;

import dev.tollgate.http.Budget;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;

/**
 * The tokens that count now, and the share of the memory that each of them may hold: one who sends many bodies, or
 * sends them slowly, must leave room for the others. Where there is one token, there are no others. Thread-safe.
 */
public final class Tokens {
    private final Budget bytes;
    private final long shareBytes;
    private final InstantSource clock;
    private volatile Current current;

    /**
     * Tokens that share a budget.
     *
     * @param tokens empty if nobody has to show one
     * @param bytes memory for all requests together
     * @param shareBytes most that the requests of one of several tokens may hold of the budget
     * @param clock by which tokens expire
     */
    public Tokens(List<AccessToken> tokens, Budget bytes, long shareBytes, InstantSource clock) {
        this.bytes = bytes;
        this.clock = clock;
        this.shareBytes = shareBytes;
        current = new Current(tokens, shares(tokens, Map.of()));
    }

    private record Current(List<AccessToken> tokens, Map<String, Budget> shares) {}

    /**
     * From now on these count and no others. Requests whose token was accepted before are answered.
     *
     * @throws IllegalArgumentException if there are none: that would let anyone in, or nobody
     */
    public synchronized void replace(List<AccessToken> tokens) {
        if (tokens.isEmpty() || current.tokens().isEmpty()) {
            throw new IllegalArgumentException(
                    "whether anyone may come without a token can be changed by a restart only");
        }
        current = new Current(List.copyOf(tokens), shares(tokens, current.shares()));
    }

    /** What a token holds already stays its own. */
    private Map<String, Budget> shares(List<AccessToken> tokens, Map<String, Budget> before) {
        Map<String, Budget> shares = new HashMap<>();
        if (tokens.size() > 1) {
            for (AccessToken token : tokens) {
                Budget known = before.get(token.name());
                shares.put(token.name(), known == null ? bytes.share(shareBytes) : known);
            }
        }
        return shares;
    }

    /** Whether nobody has to say who he is. */
    public boolean isAnyoneAllowed() {
        return current.tokens().isEmpty();
    }

    /** The token that a request shows, or empty if it shows none that is valid. */
    public Optional<AccessToken> of(HttpFields headers) {
        List<String> values = headers.getValuesList("Authorization");
        if (values.size() != 1) {
            return Optional.empty();
        }
        String[] parts = values.getFirst().trim().split(" +", 2);
        if (parts.length != 2 || !parts[0].equalsIgnoreCase("Bearer")) {
            return Optional.empty();
        }
        return current.tokens().stream()
                .filter(token -> token.hash().matches(parts[1]))
                .findFirst()
                .filter(token -> !token.isExpired(clock.instant()));
    }

    /** Of what a request takes its memory. */
    public Budget budgetOf(Optional<AccessToken> token) {
        return token.map(known -> current.shares().getOrDefault(known.name(), bytes))
                .orElse(bytes);
    }
}
