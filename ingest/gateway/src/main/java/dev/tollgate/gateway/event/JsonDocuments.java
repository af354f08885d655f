package dev.tollgate.gateway.event;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicReference;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Strict JSON (RFC 8259): UTF-8 only, no name twice in an object, nothing after the document, bounded depth and
 * lengths. Thread-safe.
 */
final class JsonDocuments {
    static final int MAX_DEPTH = 16;
    static final int MAX_TEXT_CHARACTERS = 64 << 10;

    private static final int MAX_NUMBER_CHARACTERS = 64;
    private static final int MAX_NAME_CHARACTERS = 256;
    private static final Pattern SETUP_ADVICE =
            Pattern.compile(" \\(start marker at \\[.*?]\\)|, from `[^`]*`|: enable `[^`]*` to"
                    + " allow|\\(?`StreamReadFeature[^`]*`[^)]*\\)?");

    private final JsonFactory factory = JsonFactory.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            // Interned names would keep whatever names strangers send.
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(MAX_TEXT_CHARACTERS)
                    .maxNumberLength(MAX_NUMBER_CHARACTERS)
                    .maxNameLength(MAX_NAME_CHARACTERS)
                    .build())
            .build();

    /**
     * Lets a visitor read a document that it is given the first token of, and checks that nothing follows it.
     *
     * @throws MalformedBodyException if it is not strict JSON
     */
    void read(byte[] bytes, int from, int to, Visitor visitor) throws MalformedBodyException {
        requireUtf8(bytes, from, to);
        try (JsonParser parser = factory.createParser(bytes, from, to - from)) {
            if (parser.nextToken() == null) {
                throw syntax("the body is empty");
            }
            visitor.visit(parser);
            if (parser.nextToken() != null) {
                throw syntax("there is more after the end of the JSON document");
            }
        } catch (JsonProcessingException e) {
            throw syntax(message(e));
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
    }

    /**
     * The one value that a document is.
     *
     * @return null if it has too many parts
     */
    @Nullable
    JsonNode single(byte[] bytes) throws MalformedBodyException {
        return single(bytes, 0, bytes.length);
    }

    @Nullable
    JsonNode single(byte[] bytes, int from, int to) throws MalformedBodyException {
        AtomicReference<@Nullable JsonNode> read = new AtomicReference<>();
        read(bytes, from, to, parser -> read.set(BoundedTree.read(parser)));
        return read.get();
    }

    /**
     * Jackson lets some byte sequences pass that are not UTF-8 and takes NUL bytes for UTF-16, so the bytes are looked
     * through first.
     */
    private static void requireUtf8(byte[] bytes, int from, int to) throws MalformedBodyException {
        for (int i = from; i < Math.min(to, from + 4); i++) {
            if (bytes[i] == 0) {
                throw syntax("the body must be UTF-8 without NUL bytes");
            }
        }
        int ascii = from;
        while (ascii < to && bytes[ascii] >= 0) {
            ascii++;
        }
        if (ascii == to) {
            return;
        }
        CharsetDecoder decoder = StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        ByteBuffer in = ByteBuffer.wrap(bytes, ascii, to - ascii);
        CharBuffer out = CharBuffer.allocate(8 << 10);
        CoderResult result;
        do {
            out.clear();
            result = decoder.decode(in, out, true);
        } while (result.isOverflow());
        if (result.isError()) {
            throw syntax("the body must be UTF-8, is not at byte " + (in.position() - from));
        }
    }

    /** The parser's words, without what it says to the programmer who set it up. */
    private static String message(JsonProcessingException e) {
        String text = SETUP_ADVICE
                .matcher(String.valueOf(e.getOriginalMessage()).replaceAll("\\s+", " "))
                .replaceAll("");
        String shown = text.length() > 200 ? text.substring(0, 200) + "..." : text;
        if (e instanceof StreamConstraintsException) {
            return "the body goes beyond a bound: " + shown;
        }
        return e.getLocation() == null
                ? "the body is not strict JSON: " + shown
                : "the body is not strict JSON: line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ": " + shown;
    }

    static MalformedBodyException syntax(String detail) {
        return new MalformedBodyException(MalformedBodyException.Kind.SYNTAX, detail);
    }

    /** Reads from a parser that stands at the document's first token, up to its last. */
    interface Visitor {
        void visit(JsonParser parser) throws IOException, MalformedBodyException;
    }
}
