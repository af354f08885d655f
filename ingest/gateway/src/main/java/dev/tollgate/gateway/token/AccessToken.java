package dev.tollgate.gateway.token;

import java.util.List;

/**
 * One who may publish.
 *
 * @param name for logs and metrics; letters, digits, '-' and '_', at most 64
 * @param hash of the token
 * @param accounts the accounts that it may publish for: ids, or prefixes that end in {@code *}; empty for all
 */
public record AccessToken(String name, TokenHash hash, List<String> accounts) {
    public AccessToken {
        accounts = List.copyOf(accounts);
    }

    /** Whether events of an account may be published with it. */
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
}
