package dev.tollgate.plans;

import dev.tollgate.plans.yaml.Location;
import dev.tollgate.plans.yaml.YamlFaults;
import dev.tollgate.plans.yaml.YamlPath;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Gathers the problems of one file. Keeps the first {@value #MAX}, so that a file of garbage stays readable. */
final class Problems implements YamlFaults {
    static final int MAX = 1_000;

    private final String file;
    private final List<PlanProblem> found = new ArrayList<>();
    private final Set<Place> places = new HashSet<>();
    private int errors;

    private record Place(PlanProblem.Severity severity, Location location, String key, String rule) {}

    Problems(String file) {
        this.file = file;
    }

    @Override
    public void report(Location location, String path, String rule, @Nullable String value) {
        errors++;
        add(PlanProblem.Severity.ERROR, location, path, rule, value);
    }

    void warn(Location location, String path, String rule) {
        add(PlanProblem.Severity.WARNING, location, path, rule, null);
    }

    /** Number of errors so far, those that were not kept included. */
    int errors() {
        return errors;
    }

    /** All that were kept, in the order of the file. */
    List<PlanProblem> sorted() {
        return found.stream()
                .sorted(Comparator.comparing(PlanProblem::location).thenComparing(PlanProblem::severity))
                .toList();
    }

    private void add(
            PlanProblem.Severity severity, Location location, String path, String rule, @Nullable String value) {
        // What several versions have from one place is one problem.
        boolean isNew = places.add(new Place(severity, location, YamlPath.lastOf(path), rule));
        if (isNew && found.size() < MAX) {
            found.add(new PlanProblem(severity, file, location, path, rule, value));
        }
    }
}
