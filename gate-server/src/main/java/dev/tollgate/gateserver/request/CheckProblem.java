package dev.tollgate.gateserver.request;

/**
 * One thing that is wrong with a request.
 *
 * @param place {@code header} or {@code parameter}
 * @param name of the header or parameter
 * @param detail what it must be and what it was
 */
public record CheckProblem(String place, String name, String detail) {
    /** For people. */
    public String sentence() {
        return place + " " + name + " " + detail;
    }
}
