package dev.tollgate.testkit.scenario;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads scenarios.
 *
 * <pre>
 * # Anything after a hash at the start of a line is a remark.
 * scenario  Five dear calls a minute pass
 * day       2026-03-10
 *
 * 12:00:00  assign mem
 *           &gt; plan is now mem version 1
 * 12:00:01  call m /v2/mem-it times=5 every=10
 *           = 5 counted
 *           &gt; alert: complexity-per-minute has used 200 of 200 (90 % used)
 *           &gt; block: complexity-per-minute has used 200 of 200 until 12:00:01.340
 * </pre>
 *
 * <p>A line with a time is something that happens, in UTC; {@code +1d} before the time says that it is on a later day. Lines with
 * {@code =} and {@code >} under it say what must follow, in order.
 */
public final class ScenarioReader {
    private static final Set<String> VERBS =
            Set.of("call", "start", "assign", "override", "exempt", "suspend", "reinstate", "void", "amend", "tick");

    private final List<Scenario.Step> steps = new ArrayList<>();
    private @Nullable String title;
    private @Nullable LocalDate day;
    private Scenario.@Nullable Step open;
    private List<String> expected = new ArrayList<>();

    private ScenarioReader() {}

    /**
     * A scenario that comes with the testkit, by the name of its file without its ending.
     *
     * @throws IllegalArgumentException if there is none, or it has a mistake; the message names the line
     */
    public static Scenario shipped(String name) {
        try (InputStream in = ScenarioReader.class.getResourceAsStream("/scenarios/" + name + ".txt")) {
            if (in == null) {
                throw new IllegalArgumentException("there is no scenario '" + name + "'");
            }
            return read(new String(in.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The scenario that a text tells.
     *
     * @throws IllegalArgumentException if it has a mistake; the message names the line
     */
    public static Scenario read(String text) {
        ScenarioReader reader = new ScenarioReader();
        String[] lines = text.split("\n", -1);
        for (int i = 0; i < lines.length; i++) {
            try {
                reader.take(i + 1, lines[i].strip());
            } catch (IllegalArgumentException | DateTimeException e) {
                throw new IllegalArgumentException("line " + (i + 1) + ": " + e.getMessage() + ": " + lines[i], e);
            }
        }
        reader.finishStep();
        if (reader.title == null) {
            throw new IllegalArgumentException("a scenario must have a line that begins with 'scenario'");
        }
        return new Scenario(reader.title, reader.steps);
    }

    private void take(int number, String line) {
        if (line.isEmpty() || line.startsWith("#")) {
            return;
        }
        if (line.startsWith("=") || line.startsWith(">")) {
            if (open == null) {
                throw new IllegalArgumentException("nothing has happened yet that this could follow from");
            }
            expected.add(line);
            return;
        }
        List<String> words = new ArrayList<>(List.of(line.split(" +")));
        String first = words.removeFirst();
        switch (first) {
            case "scenario" -> title = String.join(" ", words);
            case "day" -> day = LocalDate.parse(String.join(" ", words));
            default -> takeStep(number, first, words);
        }
    }

    private void takeStep(int number, String first, List<String> words) {
        finishStep();
        LocalDate date = day;
        if (date == null) {
            throw new IllegalArgumentException("a line 'day YYYY-MM-DD' must come first");
        }
        String time = first;
        if (first.matches("\\+\\d+d")) {
            date = date.plusDays(Long.parseLong(first.substring(1, first.length() - 1)));
            time = words.isEmpty() ? "" : words.removeFirst();
        }
        long millis =
                date.atTime(LocalTime.parse(time)).toInstant(ZoneOffset.UTC).toEpochMilli();
        String verb = words.isEmpty() ? "" : words.removeFirst();
        if (!VERBS.contains(verb)) {
            throw new IllegalArgumentException("'" + verb + "' must be one of " + VERBS);
        }
        List<String> arguments = new ArrayList<>();
        Map<String, String> options = new HashMap<>();
        for (String word : words) {
            int equals = word.indexOf('=');
            if (equals > 0) {
                options.put(word.substring(0, equals), word.substring(equals + 1));
            } else {
                arguments.add(word);
            }
        }
        int repeat = Integer.parseInt(options.getOrDefault("times", "1"));
        long every = Long.parseLong(options.getOrDefault("every", "0"));
        options.remove("times");
        options.remove("every");
        open = new Scenario.Step(number, millis, verb, arguments, options, repeat, every, List.of());
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
