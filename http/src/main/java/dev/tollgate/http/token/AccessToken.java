package dev.tollgate.http.token;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A token that somebody holds.
 *
 * @param name for logs and metrics; letters, digits, '-' and '_', at most 64
 * @param hash of the token
 * @param role what it is for
 * @param accounts the accounts that it is for: ids, or prefixes that end in {@code *}; empty for all
 * @param expiresAt from when on it is none any more; empty for never
 */
public record AccessToken(String name, TokenHash hash, Role role, List<String> accounts, Optional<Instant> expiresAt) {
    public AccessToken {
        accounts = List.copyOf(accounts);
    }

    /** Whether it is for an account. */
    public boolean allows(String accountId) {
        if (accounts.isEmpty()) {
            return true;
        }
        for (String account : accounts) {
            boolean matches = account.endsWith("*")
                    ? accountId.startsWith(account.substring(0, account.length() - 1))
                    : accountId.equals(account);
            if (matches) {
                return true;
            }
        }
        return false;
    }

    /** Whether it is none any more. */
    public boolean isExpired(Instant now) {
        return expiresAt.isPresent() && !now.isBefore(expiresAt.get());
    }
}
