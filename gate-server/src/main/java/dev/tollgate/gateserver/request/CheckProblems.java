package dev.tollgate.gateserver.request;

import java.util.ArrayList;
import java.util.List;

/** What is wrong with a request, gathered so that its sender learns all of it at once. Not thread-safe. */
public final class CheckProblems {
    /** Longest text of a sender's own that is repeated to it. */
    public static final int SHOWN_CHARACTERS = 64;

    private final List<CheckProblem> found = new ArrayList<>();

    /** A header is wrong. */
    public void header(String name, String detail) {
        found.add(new CheckProblem("header", name, detail));
    }

    /** A parameter of the query is wrong. */
    public void parameter(String name, String detail) {
        found.add(new CheckProblem("parameter", name, detail));
    }

    /** Whether nothing is wrong so far. */
    public boolean isEmpty() {
        return found.isEmpty();
    }

    /** In the order in which it was found. */
    public List<CheckProblem> found() {
        return List.copyOf(found);
    }
}
