package dev.tollgate.gateway.internal.layout;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The escapes of logs and targets, undone once, so that one account has one name. Bytes that are not UTF-8 are taken as
 * ISO 8859-1: no two of them become the same text.
 */
final class LogText {
    private static final int MAX_SHOWN = 80;

    private LogText() {}

    /** Undoes what nginx and Apache write: {@code \x22}, {@code \"}, {@code \\}, {@code \n} and the like. */
    static String unescaped(String text) {
        if (text.indexOf('\\') < 0) {
            return text;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); ) {
            char c = text.charAt(i);
            if (c != '\\' || i + 1 == text.length()) {
                i = copied(text, i, bytes);
                continue;
            }
            char escaped = text.charAt(i + 1);
            int octet = escaped == 'x' ? octetAt(text, i + 2) : -1;
            int control = "btnvfr".indexOf(escaped);
            if (octet >= 0) {
                bytes.write(octet);
                i += 4;
            } else if (escaped == '"' || escaped == '\\') {
                bytes.write(escaped);
                i += 2;
            } else if (control >= 0) {
                bytes.write("\b\t\n\u000b\f\r".charAt(control));
                i += 2;
            } else {
                i = copied(text, i, bytes);
            }
        }
        return text(bytes.toByteArray());
    }

    /** Undoes the percent-encoding of a query's name or value, plus signs included. */
    static String urlDecoded(String text) {
        if (text.indexOf('%') < 0) {
            return text.replace('+', ' ');
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); ) {
            char c = text.charAt(i);
            int octet = c == '%' ? octetAt(text, i + 1) : -1;
            if (octet >= 0) {
                bytes.write(octet);
                i += 3;
            } else if (c == '+') {
                bytes.write(' ');
                i++;
            } else {
                i = copied(text, i, bytes);
            }
        }
        return text(bytes.toByteArray());
    }

    /** The text of a line, whatever clients have sent and the server has logged. */
    static String text(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }
    }

    /** A value in a message. */
    static String shown(@Nullable String text) {
        return text == null ? "nothing" : text.length() > MAX_SHOWN ? text.substring(0, MAX_SHOWN) + "..." : text;
    }

    private static int copied(String text, int at, ByteArrayOutputStream bytes) {
        int codePoint = text.codePointAt(at);
        bytes.writeBytes(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8));
        return at + Character.charCount(codePoint);
    }

    private static int octetAt(String text, int at) {
        if (at + 1 >= text.length()) {
            return -1;
        }
        int high = Character.digit(text.charAt(at), 16);
        int low = Character.digit(text.charAt(at + 1), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }
}
