package dev.tollgate.testkit.scenario;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What happens to one account, and what must follow.
 *
 * @param file what messages call it
 * @param title what it shows
 * @param plans the plan catalog: the name of a shipped file such as {@code plans/mem.yaml}, or of one beside the
 *     scenario
 * @param steps in the order in which they happen; no step begins before the one before it is over
 */
public record Scenario(String file, String title, String plans, List<Step> steps) {
    public Scenario {
        steps = List.copyOf(steps);
    }

    /**
     * One thing that happens.
     *
     * @param line its line in the file, from 1
     * @param timeMillis when the log takes it, milliseconds since the epoch
     * @param verb what happens
     * @param arguments what follows the verb, by place
     * @param options what follows as {@code name=value}; times are written as instants
     * @param repeat how many times, at least 1; ids get a number from 1 appended if it is more than once
     * @param everyMillis time between repetitions
     * @param expected what must follow, word for word and in order; empty means nothing
     */
    public record Step(
            int line,
            long timeMillis,
            Verb verb,
            List<String> arguments,
            Map<String, String> options,
            int repeat,
            long everyMillis,
            List<String> expected) {
        public Step {
            arguments = List.copyOf(arguments);
            options = Map.copyOf(options);
            expected = List.copyOf(expected);
        }

        /** When the log takes a repetition, from 0. */
        public long timeOf(int repetition) {
            return timeMillis + repetition * everyMillis;
        }

        /** The event time of a repetition, from 0: the time of the line unless it says {@code happened=}. */
        public long happenedAt(int repetition) {
            Long happened = time("happened");
            return (happened == null ? timeMillis : happened) + repetition * everyMillis;
        }

        /** The event id of a repetition, from 0. */
        public String idOf(int repetition) {
            return repeat == 1 ? arguments.getFirst() : arguments.getFirst() + "-" + (repetition + 1);
        }

        /** The arguments from a place on, as one text; {@code otherwise} if there are none. */
        public String argumentsFrom(int place, String otherwise) {
            return arguments.size() <= place ? otherwise : String.join(" ", arguments.subList(place, arguments.size()));
        }

        /** The text of an option, or null. */
        public @Nullable String text(String option) {
            return options.get(option);
        }

        /** The number of an option, or null. */
        public @Nullable Long number(String option) {
            String text = options.get(option);
            return text == null ? null : Long.valueOf(text);
        }

        /** The time of an option in milliseconds since the epoch, or null. */
        public @Nullable Long time(String option) {
            String text = options.get(option);
            return text == null ? null : Instant.parse(text).toEpochMilli();
        }

        /** Whether the line asks for more detail: {@code show=costs}, {@code show=headers}. */
        public boolean shows(String what) {
            return what.equals(options.get("show"));
        }
    }
}
