package dev.tollgate.http.token;

/** What a token is for. A server takes the roles that it names and no others. */
public enum Role {
    /** Publishes events. */
    PUBLISHER,
    /** Reads usage, limits and events. */
    READER,
    /** Reads, and changes accounts and plans. */
    OPERATOR,
    /** Asks whether calls may go ahead. */
    CHECK
}
