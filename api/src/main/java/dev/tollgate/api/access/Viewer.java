package dev.tollgate.api.access;

import dev.tollgate.api.query.Statement;
import dev.tollgate.http.Answer;
import dev.tollgate.http.CommonProblem;
import dev.tollgate.http.ProblemException;
import dev.tollgate.http.token.AccessToken;
import java.util.List;

/**
 * Who asks. Every query of an endpoint has {@link #restrict} in its condition, so that a token which is for some
 * accounts gets rows of no other.
 *
 * @param token that was shown
 */
public record Viewer(AccessToken token) {

    /** Whether it sees all accounts. */
    public boolean seesAll() {
        return token.accounts().isEmpty();
    }

    /**
     * Makes sure that accounts may be seen. Whether they exist does not matter, so nothing can be learned of others.
     *
     * @throws ProblemException with 403 if one of them may not
     */
    public void require(List<String> accounts) {
        for (String account : accounts) {
            if (!token.allows(account)) {
                throw new ProblemException(Answer.problem(
                        CommonProblem.ACCOUNT_NOT_ALLOWED, "the token is not for the account " + account));
            }
        }
    }

    /** Makes sure that no bound token asks for what belongs to no account. */
    public void requireAll(String what) {
        if (!seesAll()) {
            throw new ProblemException(Answer.problem(
                    CommonProblem.ACCOUNT_NOT_ALLOWED,
                    what + " are of no single account, and the token is for some only"));
        }
    }

    /** Adds {@code AND (...)}: the account is one that may be seen. */
    public Statement restrict(Statement statement) {
        if (seesAll()) {
            return statement;
        }
        List<String> ids = token.accounts().stream()
                .filter(account -> !account.endsWith("*"))
                .toList();
        statement.sql(" AND (account_id IN ").values(ids);
        for (String account : token.accounts()) {
            if (account.endsWith("*")) {
                statement
                        .sql(" OR startsWith(account_id, ")
                        .value(account.substring(0, account.length() - 1))
                        .sql(")");
            }
        }
        return statement.sql(")");
    }
}
