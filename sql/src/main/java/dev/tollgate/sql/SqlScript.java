package dev.tollgate.sql;

import java.util.ArrayList;
import java.util.List;

/** Cuts a file of SQL into statements at the semicolons that are not within quotes or comments. */
final class SqlScript {
    private SqlScript() {}

    /** The statements in order, without comments before, between or after them. Comments within a statement stay. */
    static List<String> split(String text) {
        List<String> statements = new ArrayList<>();
        StringBuilder current = new StringBuilder();
        int at = 0;
        while (at < text.length()) {
            int end = tokenEnd(text, at);
            char first = text.charAt(at);
            if (first == ';') {
                add(statements, current);
            } else if (!(isComment(text, at) && current.toString().isBlank())) {
                current.append(text, at, end);
            }
            at = end;
        }
        add(statements, current);
        return statements;
    }

    private static void add(List<String> statements, StringBuilder current) {
        String statement = current.toString().strip();
        if (!statement.isEmpty()) {
            statements.add(statement);
        }
        current.setLength(0);
    }

    private static boolean isComment(String text, int at) {
        return text.startsWith("--", at) || text.startsWith("/*", at);
    }

    /** Where the quoted text, comment or single character at a position ends. */
    private static int tokenEnd(String text, int at) {
        char first = text.charAt(at);
        if (first == '\'' || first == '"' || first == '`') {
            return quotedEnd(text, at, first);
        }
        if (text.startsWith("--", at)) {
            int end = text.indexOf('\n', at);
            return end < 0 ? text.length() : end;
        }
        if (text.startsWith("/*", at)) {
            int end = text.indexOf("*/", at + 2);
            return end < 0 ? text.length() : end + 2;
        }
        return at + 1;
    }

    /** A doubled quote needs no care: it ends one quoted text and begins the next. */
    private static int quotedEnd(String text, int at, char quote) {
        for (int i = at + 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') {
                i++;
            } else if (c == quote) {
                return i + 1;
            }
        }
        return text.length();
    }
}
