package dev.tollgate.api.format;

import dev.tollgate.api.parameter.Parameters;
import dev.tollgate.http.Exchange;
import java.util.List;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.QuotedQualityCSV;

/** The formats of an answer that has rows. */
public enum RowFormat {
    JSON("application/json", "json"),
    CSV("text/csv; charset=utf-8; header=present", "csv"),
    NDJSON("application/x-ndjson", "ndjson");

    /** The parameter that goes before the header {@code Accept}. */
    public static final String PARAMETER = "format";

    private static final List<String> ACCEPTED = List.of("application/json", "text/csv", "application/x-ndjson");

    private final String contentType;
    private final String extension;

    RowFormat(String contentType, String extension) {
        this.contentType = contentType;
        this.extension = extension;
    }

    /** Whether all rows are written as they come, however many; else a bounded number is written at once. */
    public boolean isStreamed() {
        return this != JSON;
    }

    /** As the header {@code Content-Type} has it. */
    public String contentType() {
        return contentType;
    }

    /** Of a file's name. */
    public String extension() {
        return extension;
    }

    /** What a request asks for: {@code format}, else the first of {@code Accept} that there is, else JSON. */
    public static RowFormat read(Parameters parameters, Exchange exchange) {
        if (parameters.text(PARAMETER) != null) {
            return parameters.choice(PARAMETER, JSON, RowFormat.class);
        }
        return ofAccept(exchange.headers().getValuesList("Accept"));
    }

    static RowFormat ofAccept(List<String> accept) {
        QuotedQualityCSV types = new QuotedQualityCSV();
        try {
            accept.forEach(types::addValue);
        } catch (HttpException.RuntimeException | IllegalArgumentException e) {
            // A header that cannot be read asks for nothing.
            return JSON;
        }
        for (String type : types.getValues()) {
            int at = ACCEPTED.indexOf(type.split(";", 2)[0].trim());
            if (at >= 0) {
                return values()[at];
            }
        }
        return JSON;
    }
}
