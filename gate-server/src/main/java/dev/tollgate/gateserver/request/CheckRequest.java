package dev.tollgate.gateserver.request;

import dev.tollgate.planmodel.contract.Bounds;
import dev.tollgate.planmodel.input.InputText;
import dev.tollgate.planmodel.input.Violation;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a proxy has sent.
 *
 * @param method of the request itself
 * @param path behind {@code /v1/check}, as it was sent; empty if there is nothing
 * @param query as it was sent, without its question mark; null if there is none
 * @param headers every value of a header, by its name in any case; empty if there is none
 */
public record CheckRequest(
        String method, String path, @Nullable String query, Function<String, List<String>> headers) {

    /** The one value of a header, of which an id is made; null if there is none or it is wrong, which is noted. */
    public @Nullable String id(String header, CheckProblems problems) {
        String value = one(header, problems);
        if (value == null || value.isEmpty()) {
            return null;
        }
        Violation wrong = InputText.optional(header, value, Bounds.MAX_ID_CHARACTERS);
        if (wrong != null) {
            problems.header(header, wrong.detail());
            return null;
        }
        return value;
    }

    /**
     * The one value of a header, without blanks around it; null if there is none. Two are noted as a problem, equal
     * ones too: one of them is the client's own, and it is not known which.
     */
    public @Nullable String one(String header, CheckProblems problems) {
        List<String> values = headers.apply(header);
        if (values.isEmpty()) {
            return null;
        }
        if (values.size() > 1) {
            problems.header(
                    header,
                    "must be sent once, was sent " + values.size()
                            + " times; let the proxy replace what the client has sent");
            return null;
        }
        String value = decoded(values.getFirst().strip());
        if (value == null) {
            problems.header(header, "must be UTF-8");
        }
        return value;
    }

    /** Servers hand over each byte of a header as one character; null if the bytes are not UTF-8. */
    private static @Nullable String decoded(String value) {
        if (value.chars().noneMatch(c -> c >= 0x80) || value.chars().anyMatch(c -> c > 0xFF)) {
            return value;
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(value.getBytes(StandardCharsets.ISO_8859_1)))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
