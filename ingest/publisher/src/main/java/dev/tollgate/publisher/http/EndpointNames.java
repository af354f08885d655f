package dev.tollgate.publisher.http;

import dev.tollgate.planmodel.input.RequestTarget;
import dev.tollgate.schemas.event.RequestEventRules;
import dev.tollgate.schemas.text.ShortText;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/**
 * Ways to name the endpoint of a call so that its name has no ids in it and there are few of them: a cost table lists
 * them and reports group by them.
 */
public final class EndpointNames {
    /** What {@link #templates} names a path that none of the templates matches. */
    public static final String UNMATCHED = "/{unmatched}";

    private static final String ID = "{id}";
    private static final int MAX_CHARACTERS = RequestEventRules.MAX_ENDPOINT_CHARACTERS;
    /** Whole numbers, UUIDs, and long texts with a digit in them: ULIDs, hashes, tokens. */
    private static final Pattern LOOKS_LIKE_AN_ID = Pattern.compile("\\d+"
            + "|[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
            + "|(?=[^.]*\\d)[A-Za-z0-9_-]{16,}");

    private EndpointNames() {}

    /**
     * The path with what looks like an id replaced: {@code /v1/mems/17} is {@code /v1/mems/{id}}. A guess: a service
     * whose ids look otherwise, or that is open to callers who make up paths, should use {@link #templates}.
     */
    public static Function<HttpCall, String> path() {
        return call -> withoutIds(call.path());
    }

    /** As {@link #path()}, with the method before it: {@code POST /v1/mems/{id}}. */
    public static Function<HttpCall, String> methodAndPath() {
        return call -> cut(call.method() + " " + withoutIds(call.path()));
    }

    /**
     * The first template that the path matches, segment by segment; a segment in braces matches any. Everything else is
     * {@value #UNMATCHED}, so that nobody can make up endpoints.
     *
     * @param templates for example {@code /v1/mems/{id}}
     */
    public static Function<HttpCall, String> templates(String... templates) {
        List<Template> parsed = new ArrayList<>();
        for (String template : templates) {
            parsed.add(new Template(template, RequestTarget.segments(template)));
        }
        return call -> {
            List<String> segments = segmentsOf(call.path());
            for (Template template : parsed) {
                if (template.matches(segments)) {
                    return template.text();
                }
            }
            return UNMATCHED;
        };
    }

    static String withoutIds(String path) {
        StringBuilder name = new StringBuilder();
        for (String segment : segmentsOf(path)) {
            name.append('/').append(LOOKS_LIKE_AN_ID.matcher(segment).matches() ? ID : segment);
        }
        return name.isEmpty() ? "/" : cut(name.toString());
    }

    /** Segments of the path of a target, whatever form the target has. */
    private static List<String> segmentsOf(String target) {
        return RequestTarget.segments(RequestTarget.path(target));
    }

    private static String cut(String name) {
        return ShortText.cut(name, MAX_CHARACTERS);
    }

    private record Template(String text, List<String> segments) {
        boolean matches(List<String> actual) {
            if (actual.size() != segments.size()) {
                return false;
            }
            for (int i = 0; i < segments.size(); i++) {
                String expected = segments.get(i);
                boolean any = expected.startsWith("{") && expected.endsWith("}");
                if (!any && !expected.equals(actual.get(i))) {
                    return false;
                }
            }
            return true;
        }
    }
}
