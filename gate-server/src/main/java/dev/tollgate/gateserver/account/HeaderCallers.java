package dev.tollgate.gateserver.account;

import dev.tollgate.gateserver.request.CheckProblems;
import dev.tollgate.gateserver.request.CheckRequest;

/**
 * The account is in a header that the proxy sets, after it has found out who calls. Whoever else can set it chooses who
 * pays.
 *
 * @param account name of the header with the account
 * @param project name of the header with the project
 * @param apiKey name of the header with the id of the API key
 */
public record HeaderCallers(String account, String project, String apiKey) implements CallerSource {
    @Override
    public Caller callerOf(CheckRequest request, CheckProblems problems) {
        String accountId = request.id(account, problems);
        String projectId = request.id(project, problems);
        String apiKeyId = request.id(apiKey, problems);
        return accountId == null ? new Caller.Unnamed(account) : new Caller.Known(accountId, projectId, apiKeyId);
    }

    @Override
    public boolean isCredential() {
        return false;
    }
}
