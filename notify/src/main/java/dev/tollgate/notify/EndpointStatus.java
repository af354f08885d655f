package dev.tollgate.notify;

/**
 * An endpoint as an operator sees it.
 *
 * @param name by which the configuration has it
 * @param url secrets masked
 * @param format how messages are written, in kebab-case
 * @param disabled whether it is switched off because its receiver answered 410
 * @param begun whether it has ever run: offsets of its group are committed
 * @param behind limit events between what is done and the end of the log, those that are filtered out included; 0 where
 *     it has not begun
 */
public record EndpointStatus(String name, String url, String format, boolean disabled, boolean begun, long behind) {}
