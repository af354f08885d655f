package dev.tollgate.testkit.scenario;

import dev.tollgate.schemas.config.Durations;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads scenarios. The language is described in {@code docs/scenarios.md}:
 *
 * <pre>
 * # Anything after a hash at the start of a line is a remark.
 * scenario  Five dear calls a minute pass
 * plans     plans/mem.yaml
 * day       2026-03-10
 *
 * 12:00:00  assign mem
 *           &gt; plan is now mem version 1
 * 12:00:01  call m /v2/mem-it times=5 every=10ms
 *           = 5 counted
 *           &gt; alert: complexity-per-minute has used 200 of 200 (90 % used)
 *           &gt; block: complexity-per-minute has used 200 of 200 until 12:00:01.300
 * 12:00:01  ask /v2/mem-it
 *           ? denied 429 RATE_LIMITED by complexity-per-minute, retry after 12 s
 * </pre>
 */
public final class ScenarioReader {
    private static final Pattern WORD = Pattern.compile("[a-z]+=\"[^\"]*\"|\\S+");
    private static final Set<String> NUMBERS = Set.of("month", "day", "weekday", "hour", "units", "tokens", "items");
    private static final Set<String> TIMES = Set.of("happened", "from", "until");
    private static final Set<String> CARRIES = Set.of("keep", "reset", "scale");
    private static final Set<String> OUTCOMES = Set.of("success", "auth_failed", "invalid", "limited", "server_error");
    private static final int MAX_TIMES = 100_000;

    private final String file;
    private final List<String> problems = new ArrayList<>();
    private final List<Scenario.Step> steps = new ArrayList<>();
    private @Nullable String title;
    private @Nullable String plans;
    private @Nullable LocalDate day;
    private Scenario.@Nullable Step open;
    private List<String> expected = new ArrayList<>();
    private long overAtMillis = Long.MIN_VALUE;

    /** The last line that said what happened had a mistake: what was to follow from it cannot be told. */
    private boolean misread;

    /** A line that cannot be read; the reader goes on with the next one. */
    private static final class Mistake extends Exception {
        private static final long serialVersionUID = 1L;

        Mistake(String message) {
            super(message);
        }
    }

    private ScenarioReader(String file) {
        this.file = file;
    }

    /**
     * A scenario that comes with the testkit, by the name of its file without its ending.
     *
     * @throws IllegalArgumentException if there is none, or it has mistakes; the message names file and line of each
     */
    public static Scenario shipped(String name) {
        return read(resource(name + ".txt"), name + ".txt");
    }

    /**
     * A file beside the shipped scenarios.
     *
     * @throws IllegalArgumentException if there is none
     */
    public static String resource(String name) {
        try (InputStream in = ScenarioReader.class.getResourceAsStream("/scenarios/" + name)) {
            if (in == null) {
                throw new IllegalArgumentException("there is no file '" + name + "' among the scenarios");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The scenario that a text tells.
     *
     * @param file what messages call the text
     * @throws IllegalArgumentException if it has mistakes; the message names each on a line of its own: file, line,
     *     what is allowed and what is there
     */
    public static Scenario read(String text, String file) {
        ScenarioReader reader = new ScenarioReader(file);
        String[] lines = text.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            try {
                reader.take(i + 1, lines[i].strip());
            } catch (Mistake mistake) {
                reader.problems.add(file + ":" + (i + 1) + ": " + mistake.getMessage());
            }
        }
        reader.finishStep();
        return reader.scenario();
    }

    private Scenario scenario() {
        if (title == null) {
            problems.add(file + ": a line 'scenario TITLE' must say what the scenario shows");
        }
        if (plans == null) {
            problems.add(file + ": a line 'plans FILE' must name the plan catalog, such as plans/mem.yaml");
        }
        if (title == null || plans == null || !problems.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", problems));
        }
        return new Scenario(file, title, plans, steps);
    }

    private void take(int number, String line) throws Mistake {
        if (line.isEmpty() || line.startsWith("#")) {
            return;
        }
        char first = line.charAt(0);
        if (first == '=' || first == '>' || first == '?') {
            takeExpectation(line);
            return;
        }
        List<String> words = new ArrayList<>();
        Matcher matcher = WORD.matcher(line);
        while (matcher.find()) {
            words.add(matcher.group());
        }
        String beginning = words.removeFirst();
        String rest = String.join(" ", words);
        switch (beginning) {
            case "scenario" -> title = required("scenario TITLE", rest);
            case "plans" -> plans = required("plans FILE", rest);
            case "day" -> day = dayOf(rest);
            default -> {
                finishStep();
                misread = true;
                takeStep(number, beginning, words);
                misread = false;
            }
        }
    }

    private void takeExpectation(String line) throws Mistake {
        Scenario.Step step = open;
        if (misread) {
            return;
        }
        if (step == null) {
            throw new Mistake("a line that begins with =, > or ? must stand under one that says what happened");
        }
        if (line.startsWith("?") && step.verb() != Verb.ASK) {
            throw new Mistake("a line that begins with ? must stand under an 'ask', not a '"
                    + step.verb().word() + "'");
        }
        expected.add(line.replaceAll("\\s+", " "));
    }

    private static String required(String usage, String rest) throws Mistake {
        if (rest.isEmpty()) {
            throw new Mistake("the line must read '" + usage + "'");
        }
        return rest;
    }

    private static LocalDate dayOf(String text) throws Mistake {
        try {
            return LocalDate.parse(text);
        } catch (DateTimeParseException e) {
            throw new Mistake("a day must be written as 2026-03-10, was '" + text + "'");
        }
    }

    private void takeStep(int number, String time, List<String> words) throws Mistake {
        LocalDate date = day;
        if (date == null) {
            throw new Mistake("a line 'day YYYY-MM-DD' must come before the first time");
        }
        Instant at = timeOn(date, time);
        if (at == null) {
            throw new Mistake(
                    "a line must begin with a time such as 12:00:00.250, with 'scenario', 'plans' or 'day', or with"
                            + " #, =, > or ?; was '" + time + "'");
        }
        String word = words.isEmpty() ? "" : words.removeFirst();
        Verb verb = Verb.of(word);
        if (verb == null) {
            throw new Mistake("what happens must be one of " + Verb.words() + "; was '" + word + "'");
        }
        List<String> arguments = new ArrayList<>();
        Map<String, String> options = new HashMap<>();
        for (String part : words) {
            int equals = part.indexOf('=');
            if (equals < 1) {
                arguments.add(part);
            } else if (!verb.knows(part.substring(0, equals))) {
                throw new Mistake("'" + part.substring(0, equals) + "' is no option here: " + verb.usage());
            } else {
                String name = part.substring(0, equals);
                if (options.put(name, valueOf(name, part.substring(equals + 1), date, verb)) != null) {
                    throw new Mistake(name + " is given twice");
                }
            }
        }
        checkArguments(verb, arguments);
        int repeat = Integer.parseInt(options.getOrDefault("times", "1"));
        long every = Duration.parse(options.getOrDefault("every", "PT0S")).toMillis();
        options.remove("times");
        options.remove("every");
        if (at.toEpochMilli() < overAtMillis) {
            throw new Mistake("a line must not lie before the end of the one before it, "
                    + Instant.ofEpochMilli(overAtMillis) + "; a call that the log takes late says happened=" + time);
        }
        open = new Scenario.Step(number, at.toEpochMilli(), verb, arguments, options, repeat, every, List.of());
        overAtMillis = open.timeOf(repeat - 1);
    }

    private static void checkArguments(Verb verb, List<String> arguments) throws Mistake {
        boolean sound = verb.takes(arguments.size());
        if (sound && !arguments.isEmpty()) {
            String last = arguments.getLast();
            sound = switch (verb) {
                case ASSIGN -> arguments.size() == 1 || CARRIES.contains(last);
                case OVERRIDE -> last.equals("unlimited") || last.equals("none") || isNumber(last);
                case EXEMPT -> last.equals("yes") || last.equals("no");
                case CALL, START, ASK, CALENDAR, SUSPEND, REINSTATE, VOID, AMEND, WAIT -> true;
            };
        }
        if (!sound) {
            throw new Mistake("the line must read '" + verb.usage() + "', was '" + verb.word() + " "
                    + String.join(" ", arguments) + "'");
        }
    }

    private static String valueOf(String name, String written, LocalDate day, Verb verb) throws Mistake {
        String value = written.startsWith("\"") ? written.substring(1, written.length() - 1) : written;
        if (value.isEmpty()) {
            throw new Mistake(name + " must have a value");
        }
        if (TIMES.contains(name)) {
            Instant time = timeOn(day, value);
            if (time == null) {
                throw new Mistake(
                        name + " must be a time such as 12:00:00 or 2026-03-10T12:00:00Z, was '" + value + "'");
            }
            return time.toString();
        }
        if (NUMBERS.contains(name) && !isNumber(value)) {
            throw new Mistake(name + " must be a whole number, was '" + value + "'");
        }
        if (name.equals("times")
                && (!isNumber(value) || Long.parseLong(value) < 1 || Long.parseLong(value) > MAX_TIMES)) {
            throw new Mistake("times must be 1 to " + MAX_TIMES + ", was '" + value + "'");
        }
        if (name.equals("zone") && !ZoneId.getAvailableZoneIds().contains(value)) {
            throw new Mistake("zone must be a time zone such as Europe/Berlin, was '" + value + "'");
        }
        if (name.equals("every")) {
            return duration(value).toString();
        }
        if (name.equals("outcome") && !OUTCOMES.contains(value)) {
            throw new Mistake(
                    "outcome must be one of " + OUTCOMES.stream().sorted().toList() + ", was '" + value + "'");
        }
        String shown = verb == Verb.ASK ? "headers" : "costs";
        if (name.equals("show") && !value.equals(shown)) {
            throw new Mistake("show must be '" + shown + "' here, was '" + value + "'");
        }
        return value;
    }

    private static boolean isNumber(String text) {
        return text.matches("\\d{1,18}");
    }

    private static Duration duration(String text) throws Mistake {
        try {
            return Durations.parse(text);
        } catch (IllegalArgumentException e) {
            throw new Mistake("every must be a time such as 100ms, 2s, 5m or 1h, was '" + text + "'");
        }
    }

    private static @Nullable Instant timeOn(LocalDate day, String text) {
        try {
            return text.endsWith("Z")
                    ? Instant.parse(text)
                    : day.atTime(LocalTime.parse(text)).toInstant(ZoneOffset.UTC);
        } catch (DateTimeParseException e) {
            return null;
        }
    }

    private void finishStep() {
        Scenario.Step step = open;
        if (step != null) {
            steps.add(new Scenario.Step(
                    step.line(),
                    step.timeMillis(),
                    step.verb(),
                    step.arguments(),
                    step.options(),
                    step.repeat(),
                    step.everyMillis(),
                    expected));
        }
        open = null;
        expected = new ArrayList<>();
    }
}
