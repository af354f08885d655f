package dev.tollgate.api.list;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a page ended. It also has the time of the first page, so that a span up to now stays the same on all of them.
 * Clients hand it back as it is; what they make of it themselves is checked like any other value.
 *
 * @param question short digest of the question that it belongs to
 * @param fromMillis start of the time
 * @param toMillis end of the time
 * @param keys values of the sort keys of the page's last row
 */
record Cursor(String question, long fromMillis, long toMillis, List<String> keys) {
    private static final int FORM = 1;
    private static final int MAX_TEXT = 8_192;
    private static final int MAX_KEYS = 8;

    Cursor {
        keys = List.copyOf(keys);
    }

    /** As it stands in answers: letters, digits, {@code -} and {@code _}. */
    String text() {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeByte(FORM);
            out.writeUTF(question);
            out.writeLong(fromMillis);
            out.writeLong(toMillis);
            out.writeByte(keys.size());
            for (String key : keys) {
                out.writeUTF(key);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.toByteArray());
    }

    /** Reads it; null if it is none. */
    static @Nullable Cursor parse(String text) {
        if (text.length() > MAX_TEXT) {
            return null;
        }
        try (DataInputStream in = new DataInputStream(
                new ByteArrayInputStream(Base64.getUrlDecoder().decode(text)))) {
            if (in.readByte() != FORM) {
                return null;
            }
            String question = in.readUTF();
            long from = in.readLong();
            long to = in.readLong();
            int count = in.readByte();
            if (count < 0 || count > MAX_KEYS) {
                return null;
            }
            List<String> keys = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                keys.add(in.readUTF());
            }
            return in.available() == 0 ? new Cursor(question, from, to, keys) : null;
        } catch (IOException | IllegalArgumentException e) {
            return null;
        }
    }
}
