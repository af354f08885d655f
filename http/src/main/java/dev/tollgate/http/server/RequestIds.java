package dev.tollgate.http.server;

import com.fasterxml.uuid.Generators;
import com.fasterxml.uuid.NoArgGenerator;
import java.util.List;
import java.util.regex.Pattern;
import org.eclipse.jetty.http.HttpFields;

/** The ids by which clients, proxies and logs speak of one request. Thread-safe. */
final class RequestIds {
    /** The header of requests and answers. */
    static final String HEADER = "X-Request-Id";

    private static final Pattern WELL_FORMED = Pattern.compile("[A-Za-z0-9._:/+=@-]{1,128}");
    private static final NoArgGenerator IDS = Generators.timeBasedEpochRandomGenerator();

    private RequestIds() {}

    /** That of the header if it is there once and well-formed, else a fresh one: a UUID of version 7. */
    static String of(HttpFields headers) {
        List<String> given = headers.getValuesList(HEADER);
        return given.size() == 1 && WELL_FORMED.matcher(given.getFirst()).matches() ? given.getFirst() : fresh();
    }

    static String fresh() {
        return IDS.generate().toString();
    }
}
