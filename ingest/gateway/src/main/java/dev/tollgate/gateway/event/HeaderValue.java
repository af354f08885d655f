package dev.tollgate.gateway.event;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The text of a CloudEvents attribute that travels as a header (HTTP protocol binding 1.0.2, section 3.1.3.2): quotes
 * around it are taken away, then percent-encoding once. Without it an event would have another id in binary mode than
 * in structured mode, and be counted twice.
 */
final class HeaderValue {
    private HeaderValue() {}

    /**
     * The text, or null if its percent-encoded bytes are not UTF-8. A percent sign without two hex digits behind it
     * stands for itself: there are senders that encode nothing.
     */
    static @Nullable String decoded(String header) {
        String text = unquoted(header.strip());
        if (text.indexOf('%') < 0) {
            return text;
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); ) {
            int octet = octetAt(text, i);
            if (octet >= 0) {
                bytes.write(octet);
                i += 3;
            } else {
                int codePoint = text.codePointAt(i);
                bytes.writeBytes(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8));
                i += Character.charCount(codePoint);
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    /** What {@code %41} at a place stands for, or -1 if there is no such thing. */
    private static int octetAt(String text, int at) {
        if (text.charAt(at) != '%' || at + 2 >= text.length()) {
            return -1;
        }
        int high = Character.digit(text.charAt(at + 1), 16);
        int low = Character.digit(text.charAt(at + 2), 16);
        return high < 0 || low < 0 ? -1 : high << 4 | low;
    }

    private static String unquoted(String text) {
        if (text.length() < 2 || text.charAt(0) != '"' || text.charAt(text.length() - 1) != '"') {
            return text;
        }
        StringBuilder plain = new StringBuilder(text.length());
        for (int i = 1; i < text.length() - 1; i++) {
            if (text.charAt(i) == '\\' && i + 1 < text.length() - 1) {
                i++;
            }
            plain.append(text.charAt(i));
        }
        return plain.toString();
    }
}
