package dev.tollgate.engine.plan;

/** Whose usage one bucket of a limit holds. */
public enum Scope {
    /** All calls of the account together. */
    ACCOUNT,
    /** Each project of the account by itself. Calls without a project share the empty key. */
    PROJECT,
    /** Each API key of the account by itself. Calls without a key share the empty key. */
    API_KEY
}
