package dev.tollgate.gateway.server;

import dev.tollgate.gateway.token.AccessToken;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.http.HttpFields;

/**
 * Who may publish now, and the share of the memory that each of them may hold: one who sends many bodies, or sends them
 * slowly, must leave room for the others. Where there is one token, there are no others. Thread-safe.
 */
final class Tokens {
    private final Budget bytes;
    private final long shareBytes;
    private volatile Current current;

    /**
     * @param tokens empty if anyone may publish
     * @param shareBytes most that the requests of one of several tokens may hold of the budget
     */
    Tokens(List<AccessToken> tokens, Budget bytes, long shareBytes) {
        this.bytes = bytes;
        this.shareBytes = shareBytes;
        current = new Current(tokens, shares(tokens, Map.of()));
    }

    private record Current(List<AccessToken> tokens, Map<String, Budget> shares) {}

    /**
     * From now on these may publish and no others. Requests whose token was accepted before are answered.
     *
     * @throws IllegalArgumentException if there are none: that would let anyone publish, or nobody
     */
    synchronized void replace(List<AccessToken> tokens) {
        if (tokens.isEmpty() || current.tokens().isEmpty()) {
            throw new IllegalArgumentException("whether anyone may publish can be changed by a restart only");
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
    boolean isAnyoneAllowed() {
        return current.tokens().isEmpty();
    }

    /** The token that a request shows, or empty if it shows none that is valid. */
    Optional<AccessToken> of(HttpFields headers) {
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
                .findFirst();
    }

    /** Of what a request takes its memory. */
    Budget budgetOf(Optional<AccessToken> token) {
        return token.map(known -> current.shares().getOrDefault(known.name(), bytes))
                .orElse(bytes);
    }
}
