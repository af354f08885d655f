package dev.tollgate.embedded.clickhouse;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An error of the engine, with ClickHouse's error code, in ClickHouse's words: {@code Code: 60. DB::Exception: ...}.
 */
final class ClickHouseException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** {@code UNKNOWN_EXCEPTION}: what ClickHouse itself reports where an error has no code of its own. */
    static final int UNKNOWN = 1002;

    static final int BAD_ARGUMENTS = 36;
    static final int NOT_IMPLEMENTED = 48;
    static final int SYNTAX_ERROR = 62;
    static final int TOO_LARGE = 62;
    static final int TOO_MANY_QUERIES = 202;
    static final int ACCESS_DENIED = 497;
    static final int AUTHENTICATION_FAILED = 516;

    private static final Pattern CODE = Pattern.compile("Code: (\\d{1,6})\\.");

    private final int code;

    private ClickHouseException(int code, String message) {
        super(message);
        this.code = code;
    }

    /** The engine's own message, which names its code. */
    static ClickHouseException ofEngine(String message) {
        Matcher matcher = CODE.matcher(message);
        return matcher.find()
                ? new ClickHouseException(Integer.parseInt(matcher.group(1)), message)
                : of(UNKNOWN, message);
    }

    static ClickHouseException of(int code, String problem) {
        return new ClickHouseException(code, "Code: " + code + ". DB::Exception: " + problem);
    }

    int code() {
        return code;
    }

    /** The HTTP status that goes with the code, in the classes that ClickHouse's own server uses. */
    int httpStatus() {
        return switch (code) {
            case 6, 16, 26, 27, 33, 36, 41, 43, 46, 47, 53, 62, 115 -> 400;
            case 60, 81, 218 -> 404;
            case 159, 160 -> 408;
            case 164, 452, 497, 516 -> 403;
            case 48 -> 501;
            case 202 -> 503;
            default -> 500;
        };
    }

    /** Its message is what counts; it is thrown per failed query. */
    @Override
    public synchronized Throwable fillInStackTrace() {
        return this;
    }
}
