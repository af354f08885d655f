package dev.tollgate.testkit.scenario;

import java.util.List;
import java.util.Map;

/**
 * What happens to one account, and what must follow.
 *
 * @param title what it shows
 * @param steps in the order in which they happen
 */
public record Scenario(String title, List<Step> steps) {
    public Scenario {
        steps = List.copyOf(steps);
    }

    /**
     * One thing that happens.
     *
     * @param line its line in the file, from 1
     * @param timeMillis when, milliseconds since the epoch
     * @param verb {@code call}, {@code start}, {@code assign}, {@code override}, {@code exempt}, {@code suspend}, {@code reinstate},
     *     {@code void}, {@code amend} or {@code tick}
     * @param arguments what follows the verb, by place
     * @param options what follows as {@code name=value}
     * @param repeat how many times; ids get a number from 1 appended if it is more than once
     * @param everyMillis time between repetitions
     * @param expected what must follow, word for word and in order; empty means nothing
     */
    public record Step(
            int line,
            long timeMillis,
            String verb,
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

        /** The event id of a repetition, from 0. */
        public String idOf(int repetition) {
            return repeat == 1 ? arguments.getFirst() : arguments.getFirst() + "-" + (repetition + 1);
        }
    }
}
