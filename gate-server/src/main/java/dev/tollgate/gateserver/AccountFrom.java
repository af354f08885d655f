package dev.tollgate.gateserver;

/** Who says whose call it is. */
public enum AccountFrom {
    /** The proxy, in a header that it sets. */
    HEADER,
    /** The API key that the client sends, by a file of hashes. */
    KEY
}
