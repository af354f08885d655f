package dev.tollgate.gateway.backfill;

import java.util.ArrayList;
import java.util.List;

/** Fields of one CSV record by RFC 4180: quotes around a field may hold separators, line ends and doubled quotes. */
final class CsvRecord {
    private CsvRecord() {}

    /**
     * Splits a record.
     *
     * @throws IllegalArgumentException if a quote is left open or stands where none may
     */
    static List<String> parse(String record, char separator) {
        List<String> fields = new ArrayList<>();
        StringBuilder field = new StringBuilder();
        int at = 0;
        while (true) {
            field.setLength(0);
            if (at < record.length() && record.charAt(at) == '"') {
                at = quoted(record, at + 1, field);
                if (at < record.length() && record.charAt(at) != separator) {
                    throw new IllegalArgumentException("behind the quoted field " + (fields.size() + 1)
                            + " there must be the separator, was '" + record.charAt(at) + "'");
                }
            } else {
                while (at < record.length() && record.charAt(at) != separator) {
                    if (record.charAt(at) == '"') {
                        throw new IllegalArgumentException(
                                "field " + (fields.size() + 1) + " has a quote in its midst");
                    }
                    field.append(record.charAt(at++));
                }
            }
            fields.add(field.toString());
            if (at >= record.length()) {
                return fields;
            }
            at++;
        }
    }

    /** Whether the record goes on in the next line: a quote is still open. */
    static boolean isOpen(byte[] record) {
        boolean open = false;
        for (byte b : record) {
            if (b == '"') {
                open = !open;
            }
        }
        return open;
    }

    private static int quoted(String record, int from, StringBuilder field) {
        int at = from;
        while (at < record.length()) {
            char c = record.charAt(at++);
            if (c != '"') {
                field.append(c);
            } else if (at < record.length() && record.charAt(at) == '"') {
                field.append('"');
                at++;
            } else {
                return at;
            }
        }
        throw new IllegalArgumentException("a quoted field does not end");
    }
}
