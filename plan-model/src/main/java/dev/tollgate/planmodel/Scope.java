package dev.tollgate.planmodel;

/** Whose usage one bucket of a limit holds. */
public enum Scope {
    /** All calls of the account together. */
    ACCOUNT,
    /** Each project of the account by itself. Calls without a project share the empty key. */
    PROJECT,
    /** Each API key of the account by itself. Calls without a key share the empty key. */
    API_KEY;

    /** Key that stands for all projects or API keys beyond the number that a limit tells apart. */
    public static final String OVERFLOW_KEY = "*";
}
