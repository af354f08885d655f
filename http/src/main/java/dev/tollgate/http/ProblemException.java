package dev.tollgate.http;

/** Ends an endpoint, or a writer that has not written yet, with a problem; no fault, so nothing is logged. */
public final class ProblemException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient Answer answer;

    /** @param answer made by {@link Answer#problem} */
    public ProblemException(Answer answer) {
        super(Integer.toString(answer.status()), null, false, false);
        this.answer = answer;
    }

    /** What the client gets. */
    public Answer answer() {
        return answer;
    }
}
