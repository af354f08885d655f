package dev.tollgate.api.parameter;

import dev.tollgate.api.problem.ApiProblem;
import dev.tollgate.http.Answer;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.ProblemException;
import dev.tollgate.schemas.text.NearMiss;
import java.net.URLDecoder;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of one request. A getter never throws: what is missing, wrong or repeated is noted as a problem and a
 * harmless value returned, so that one run finds all problems; {@link #throwIfProblems} ends the reading. Not
 * thread-safe.
 */
public final class Parameters {
    private static final String FILTER = "filter";

    private final List<String> known;
    private final Map<String, List<String>> values = new LinkedHashMap<>();
    private final List<ParameterProblem> problems = new ArrayList<>();

    private Parameters(@Nullable String query, List<String> known) {
        this.known = List.copyOf(known);
        if (query != null) {
            for (String pair : query.split("&")) {
                if (!pair.isEmpty()) {
                    add(pair);
                }
            }
        }
        rejectUnknown();
    }

    /**
     * Those of a request.
     *
     * @param known names that the endpoint reads; {@code filter} stands for all {@code filter[...]}
     */
    public static Parameters of(Exchange exchange, List<String> known) {
        return new Parameters(exchange.request().getHttpURI().getQuery(), known);
    }

    /** Those of a query as it was sent; null is none. */
    public static Parameters of(@Nullable String query, List<String> known) {
        return new Parameters(query, known);
    }

    private void add(String pair) {
        int equals = pair.indexOf('=');
        String name = decoded(equals < 0 ? pair : pair.substring(0, equals));
        String value = decoded(equals < 0 ? "" : pair.substring(equals + 1));
        if (name == null || value == null) {
            problem(ParameterProblem.shown(pair), ParameterProblem.shown(pair), "percent-encoded UTF-8");
        } else if (value.indexOf('\0') >= 0) {
            problem(name, value.replace('\0', ' '), "a text without U+0000");
        } else {
            values.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
        }
    }

    private static @Nullable String decoded(String text) {
        try {
            // Signs in times (+05:45) come unencoded from people's hands, and no name or value here has blanks in it.
            String bytes = URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.ISO_8859_1);
            byte[] raw = bytes.getBytes(StandardCharsets.ISO_8859_1);
            String decoded = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(raw))
                    .toString();
            return text.chars().allMatch(c -> c < 128) ? decoded : null;
        } catch (IllegalArgumentException | CharacterCodingException e) {
            return null;
        }
    }

    private void rejectUnknown() {
        TreeSet<String> names = new TreeSet<>(known);
        for (String name : values.keySet()) {
            boolean filter = name.startsWith(FILTER + "[") && names.contains(FILTER);
            if (!filter && (!names.contains(name) || name.equals(FILTER))) {
                String near = NearMiss.of(name, names);
                problems.add(new ParameterProblem(
                        ParameterProblem.shown(name),
                        String.join(",", values.getOrDefault(name, List.of())),
                        "one of the parameters " + String.join(", ", names)
                                + (near == null ? "" : " (did you mean " + near + "?)")));
            }
        }
    }

    /** Notes a problem. */
    public void problem(String parameter, @Nullable String value, String allowed) {
        ParameterProblem problem = new ParameterProblem(parameter, value, allowed);
        // A parameter may be asked for twice.
        if (!problems.contains(problem)) {
            problems.add(problem);
        }
    }

    /** The value of a parameter; null if it is not there. */
    public @Nullable String text(String name) {
        require(name);
        List<String> found = values.getOrDefault(name, List.of());
        if (found.size() > 1) {
            problem(name, String.join(" and ", found), "there once");
        }
        return found.isEmpty() ? null : found.getFirst();
    }

    /** All that was sent but some parameters, in an order that does not depend on the client's. */
    public String text(Set<String> without) {
        Map<String, List<String>> rest = new TreeMap<>(values);
        rest.keySet().removeAll(without);
        return rest.toString();
    }

    /** A value that is parsed; null if it is not there or not allowed. */
    public <T> @Nullable T parsed(String name, Function<String, @Nullable T> parser, String allowed) {
        String text = text(name);
        if (text == null) {
            return null;
        }
        T parsed;
        try {
            parsed = parser.apply(text);
        } catch (IllegalArgumentException | java.time.DateTimeException | ArithmeticException e) {
            parsed = null;
        }
        if (parsed == null) {
            problem(name, text, allowed);
        }
        return parsed;
    }

    /** A whole number in a closed range. */
    public int number(String name, int min, int max, int fallback) {
        Integer number = parsed(
                name,
                text -> {
                    int parsed = Integer.parseInt(text);
                    return parsed < min || parsed > max ? null : parsed;
                },
                "a whole number from " + min + " to " + max);
        return number == null ? fallback : number;
    }

    /** One of an enum's constants, in lower case with hyphens. */
    public <E extends Enum<E>> E choice(String name, E fallback, Class<E> type) {
        List<String> words = words(type);
        E found = parsed(
                name,
                text -> {
                    int at = words.indexOf(text);
                    return at < 0 ? null : type.getEnumConstants()[at];
                },
                "one of " + String.join(", ", words));
        return found == null ? fallback : found;
    }

    /** How an enum's constants are written. */
    public static <E extends Enum<E>> List<String> words(Class<E> type) {
        return java.util.Arrays.stream(type.getEnumConstants())
                .map(constant -> constant.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .toList();
    }

    /** Values that are separated by commas, or the parameter repeated, each out of a list; empty if it is not there. */
    public List<String> list(String name, List<String> allowed) {
        List<String> found = new ArrayList<>();
        for (String value : split(name)) {
            if (!allowed.contains(value)) {
                String near = NearMiss.of(value, allowed);
                problem(
                        name,
                        value,
                        "out of " + String.join(", ", allowed) + (near == null ? "" : " (did you mean " + near + "?)"));
            } else if (!found.contains(value)) {
                found.add(value);
            }
        }
        return found;
    }

    /** Values that are separated by commas, or the parameter repeated; empty if it is not there. */
    public List<String> split(String name) {
        require(name);
        return split(name, values.getOrDefault(name, List.of()));
    }

    private List<String> split(String name, List<String> texts) {
        List<String> found = new ArrayList<>();
        for (String text : texts) {
            for (String value : text.split(",", -1)) {
                if (value.isEmpty()) {
                    problem(name, text, "values that are not empty, separated by commas");
                } else if (!found.contains(value)) {
                    found.add(value);
                }
            }
        }
        return found;
    }

    /** All {@code filter[...]} by what is between the outer brackets: {@code project}, {@code endpoint][prefix}. */
    Map<String, List<String>> filters() {
        require(FILTER);
        Map<String, List<String>> found = new LinkedHashMap<>();
        values.forEach((name, texts) -> {
            if (name.startsWith(FILTER + "[")) {
                found.put(name, texts);
            }
        });
        return found;
    }

    private void require(String name) {
        if (!known.contains(name)) {
            throw new IllegalArgumentException(name + " is not among the endpoint's parameters");
        }
    }

    /** What has been noted so far. */
    public List<ParameterProblem> problems() {
        return List.copyOf(problems);
    }

    /**
     * Ends the reading.
     *
     * @throws ProblemException with every problem noted so far, if there is one
     */
    public void throwIfProblems() {
        if (problems.isEmpty()) {
            return;
        }
        String detail = problems.size() == 1
                ? problems.getFirst().detail()
                : problems.size() + " parameters are not as they must be";
        throw new ProblemException(Answer.problem(ApiProblem.INVALID_PARAMETERS, detail, json -> {
            json.writeArrayFieldStart("problems");
            for (ParameterProblem problem : problems) {
                json.writeStartObject();
                json.writeStringField("parameter", problem.parameter());
                if (problem.value() != null) {
                    json.writeStringField("value", ParameterProblem.shown(problem.value()));
                }
                json.writeStringField("allowed", problem.allowed());
                json.writeStringField("detail", problem.detail());
                json.writeEndObject();
            }
            json.writeEndArray();
        }));
    }
}
