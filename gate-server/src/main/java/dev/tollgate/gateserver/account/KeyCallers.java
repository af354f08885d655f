package dev.tollgate.gateserver.account;

import dev.tollgate.gateserver.request.CheckProblems;
import dev.tollgate.gateserver.request.CheckRequest;

/** The account is the one of the API key that the client shows, by a file of hashes. */
public final class KeyCallers implements CallerSource {
    private final String header;
    private final WatchedFile<KeyTable> table;

    /** @param header in which clients send their key; {@code Authorization} has {@code Bearer} before it */
    public KeyCallers(String header, WatchedFile<KeyTable> table) {
        this.header = header;
        this.table = table;
    }

    @Override
    public Caller callerOf(CheckRequest request, CheckProblems problems) {
        String key = Credential.of(request, header, problems);
        if (key == null) {
            return new Caller.Unnamed(header);
        }
        Caller.Known known = table.current().find(key);
        return known == null ? new Caller.Unauthenticated("the API key in " + header + " is not known") : known;
    }

    @Override
    public boolean isCredential() {
        return true;
    }

    @Override
    public int keys() {
        return table.current().size();
    }

    @Override
    public long failures() {
        return table.failures();
    }

    @Override
    public void close() {
        table.close();
    }
}
