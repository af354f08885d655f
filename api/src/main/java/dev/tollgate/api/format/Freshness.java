package dev.tollgate.api.format;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.tollgate.api.query.Position;
import dev.tollgate.http.Answer;
import dev.tollgate.http.Exchange;
import java.io.IOException;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How fresh an answer is, in its body and its headers, and whether the client has it already.
 *
 * @param position how far the table had got before it was asked
 * @param known entity tags of the header {@code If-None-Match}
 * @param zone in whose offset times are written
 */
public record Freshness(Position position, List<String> known, ZoneId zone) {
    private static final Pattern TAG = Pattern.compile("(?:W/)?\"[^\"]*\"|\\*");

    public Freshness {
        known = List.copyOf(known);
    }

    /** That of an answer to a request. */
    public static Freshness of(Position position, Exchange exchange, ZoneId zone) {
        List<String> known = exchange.headers().getValuesList("If-None-Match").stream()
                .flatMap(value -> TAG.matcher(value).results().map(MatchResult::group))
                .toList();
        return new Freshness(position, known, zone);
    }

    /** Whether the client has the answer of this tag. */
    public boolean isKnown(String tag) {
        // Weak comparison (RFC 9110, section 8.8.3.2).
        String opaque = tag.substring(2);
        return known.stream().anyMatch(each -> each.equals("*") || each.equals(tag) || each.equals(opaque));
    }

    /** The client's answer is the newest. */
    public Answer notModified(String tag) {
        return headers(Answer.of(304, Answer.JSON, new byte[0]), tag);
    }

    /**
     * The answer with what it says of freshness in its head.
     *
     * @param tag null if none can tell whether the answer is the same
     */
    public Answer headers(Answer answer, @Nullable String tag) {
        Answer headed = answer.with("Cache-Control", "private, no-cache").with("Vary", "Accept");
        Answer tagged = tag == null ? headed : headed.with("ETag", tag);
        return position.asOfMillis() == 0 ? tagged : tagged.with("Tollgate-As-Of", text(position.asOfMillis()));
    }

    /** Writes {@code as_of}, {@code stream_time} and {@code lag_ms}; null where there are no rows yet. */
    public void write(JsonGenerator json) throws IOException {
        if (position.asOfMillis() == 0) {
            json.writeNullField("as_of");
            json.writeNullField("stream_time");
            json.writeNullField("lag_ms");
            return;
        }
        json.writeStringField("as_of", text(position.asOfMillis()));
        json.writeStringField("stream_time", text(position.streamMillis()));
        json.writeNumberField("lag_ms", position.lagMillis());
    }

    private String text(long millis) {
        return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                Instant.ofEpochMilli(millis).atZone(zone).toOffsetDateTime());
    }
}
