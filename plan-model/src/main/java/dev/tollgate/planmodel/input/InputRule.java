package dev.tollgate.planmodel.input;

/** What a rule about input is about; bounded, so that rejections can be counted by it. */
public enum InputRule {
    /** Something that must be there is missing, blank, or made of invisible characters only. */
    PRESENCE,
    /** A text is too long. */
    LENGTH,
    /** A text is no Unicode text. */
    UNICODE,
    /** An id or endpoint has control characters, or an optional id has invisible characters only. */
    CHARACTERS,
    /** A number is below zero. */
    SIGN,
    /** Phase or outcome is missing or unknown. */
    SYMBOL,
    /** A time is before 1970 or after the year 9999. */
    TIME_RANGE,
    /** A time lies too far ahead. */
    AHEAD,
    /** A time lies too far back. */
    AGE,
    /** There are too many of something. */
    COUNT
}
