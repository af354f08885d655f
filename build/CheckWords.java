import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Checks that main sources use the field's words, and that they and the tests stay within 120 columns:
 * {@code CheckWords ROOT}. Each word of our own that was given up is listed with the one to use; a class name counts
 * only where the class is declared, since the same word may be ordinary English elsewhere.
 */
final class CheckWords {
    private static final int COLUMNS = 120;
    private static final Set<String> SKIPPED = Set.of("target", "node_modules", ".git", "build");

    /** Words that no main source has any use for. */
    private static final Map<String, String> WORDS = Map.ofEntries(
            Map.entry("sayOver", "emitCleared"),
            Map.entry("playAfterRateChange", "replayAfterRateChange"),
            Map.entry("playAfterCorrection", "replayAfterCorrection"),
            Map.entry("isPlayed", "tryReplay"),
            Map.entry("PlanCatalogue", "PlanCatalog"),
            Map.entry("RefusedPlans", "RejectedPlanReporter"),
            Map.entry("(preset", "(default"),
            Map.entry("sayDue", "flushDue"),
            Map.entry("mayBeSaid", "tryAcquire"),
            Map.entry("isWarranted", "stillHolds"),
            Map.entry("LeakyPlayback", "LeakyReplay"),
            Map.entry("NoticeRounds", "PlanNoticeScan"),
            Map.entry("catalogue", "catalog"),
            Map.entry("catalogues", "catalogs"),
            Map.entry("AccountBook", "AccountRegistry"),
            Map.entry("PlanBook", "PlanRegistry"),
            Map.entry("extraShare", "otherGatesShare"),
            Map.entry("homeless", "unspooled"),
            Map.entry("secureLine", "persistInFlight"),
            Map.entry("survivingStep", "stepAndLog"),
            Map.entry("PlanWords", "PlanFormatter"),
            Map.entry("isFelt", "isEnforced"),
            Map.entry("Farewell", "ShutdownNotice"),
            Map.entry("passed_over", "skipped"),
            Map.entry("Preset:", "Default:"),
            Map.entry("ScenarioVoice", "ScenarioRenderer"),
            Map.entry("ScenarioWords", "ScenarioFormat"),
            Map.entry("can not", "cannot"));

    /** Names that a type must not have. */
    private static final Map<String, String> TYPES = Map.ofEntries(
            Map.entry("Judge", "ThresholdEvaluator"),
            Map.entry("EventIds", "LimitEventIds"),
            Map.entry("Pace", "EmissionThrottle"),
            Map.entry("Agenda", "PendingWorkStore"),
            Map.entry("Deadlines", "TimerQueue"),
            Map.entry("Said", "OutputCollector"),
            Map.entry("Lane", "PartitionBuffer"),
            Map.entry("Standing", "AccountView"),
            Map.entry("Basis", "Baseline"),
            Map.entry("Showing", "ProgressListener"),
            Map.entry("Recount", "TrafficOracle"));

    /** Names of types and methods that one module must not have; in others they mean something else. */
    private static final Map<String, Map<String, String>> OF_MODULE = Map.of(
            "engine",
            Map.ofEntries(
                    Map.entry("Windows", "BucketAssigner"),
                    Map.entry("Step", "Transition"),
                    Map.entry("Span", "TermsInterval"),
                    Map.entry("Stretch", "RateInterval"),
                    Map.entry("Pour", "Charge"),
                    Map.entry("Before", "Baseline"),
                    Map.entry("say", "emit"),
                    Map.entry("speak", "publish"),
                    Map.entry("play", "replay"),
                    Map.entry("anticipate", "evaluateAhead"),
                    Map.entry("reconsider", "reevaluate"),
                    Map.entry("costsOf", "chargeOf or pricingOf")),
            "streams-app",
            Map.ofEntries(
                    Map.entry("say", "emit"),
                    Map.entry("speak", "publish"),
                    Map.entry("follow", "adaptTo"),
                    Map.entry("arrive", "onLoaded"),
                    Map.entry("leave", "onEvicted"),
                    Map.entry("lingering", "onEvicted")),
            "sink",
            Map.ofEntries(
                    Map.entry("Ports", "Dependencies"),
                    Map.entry("steer", "applyBackpressure"),
                    Map.entry("absorb", "buffer"),
                    Map.entry("place", "assign"),
                    Map.entry("hold", "backOff")),
            "gate",
            Map.of("doubtful", "unconfirmed"),
            "plans",
            Map.of("old", "before", "young", "after"));

    /** Where a type or a method is declared, and what a parameter or a component of a record is called. */
    private static final Pattern DECLARED = Pattern.compile(
            "\\b(?:class|interface|record|enum|(?!return|new|throw|else|case)[\\w>\\]]+) (\\w+)(?= ?[({<,)])");

    /**
     * Parts of words, in names and in text: input is rejected, a call is denied. A connection that nobody listens to is
     * refused by the operating system.
     */
    private static final Map<String, String> PARTS = Map.of("refus", "reject (input) or deny (a call)");

    private static final Pattern PART = Pattern.compile("(?i)(?<!connection )(refus)");
    private static final Pattern WORD = Pattern.compile("(?<![\\w.])(" + alternatives(WORDS) + ")(?!\\w)");
    private static final Pattern TYPE =
            Pattern.compile("\\b(?:class|interface|record|enum) (" + alternatives(TYPES) + ")\\b");

    private CheckWords() {}

    public static void main(String[] arguments) throws IOException {
        if (arguments.length != 1) {
            System.err.println("usage: CheckWords ROOT");
            System.exit(2);
        }
        Path root = Path.of(arguments[0]).toAbsolutePath().normalize();
        Map<String, String> problems = new LinkedHashMap<>();
        List<Path> sources = new ArrayList<>();
        for (Path source : sourcesBelow(root)) {
            boolean isMain = source.toString().contains("src/main/java");
            if (isMain) {
                sources.add(source);
            }
            List<String> lines = Files.readAllLines(source);
            for (int i = 0; i < lines.size(); i++) {
                String place = root.relativize(source) + ":" + (i + 1);
                String line = lines.get(i);
                int columns = line.codePointCount(0, line.length());
                if (columns > COLUMNS) {
                    problems.put(place, "has " + columns + " columns, at most " + COLUMNS);
                }
                if (!isMain) {
                    continue;
                }
                find(WORD, WORDS, line, place, problems);
                find(TYPE, TYPES, line, place, problems);
                find(PART, PARTS, line, place, problems);
                if (!line.strip().startsWith("*") && !line.strip().startsWith("//")) {
                    findDeclared(OF_MODULE.getOrDefault(moduleOf(root, source), Map.of()), line, place, problems);
                }
            }
        }
        if (sources.isEmpty()) {
            problems.put(root.toString(), "has no main source: the check itself is broken");
        }
        if (!problems.isEmpty()) {
            problems.forEach((place, problem) -> System.err.println("[words] " + place + " " + problem));
            System.exit(1);
        }
        System.out.println("[words] " + sources.size() + " main sources use the field's words");
    }

    private static String moduleOf(Path root, Path source) {
        return root.relativize(source).getName(0).toString();
    }

    private static void findDeclared(
            Map<String, String> instead, String line, String place, Map<String, String> problems) {
        Matcher matcher = DECLARED.matcher(line);
        while (matcher.find()) {
            String better = instead.get(matcher.group(1));
            if (better != null) {
                problems.put(place, "declares '" + matcher.group(1) + "': use '" + better + "'");
            }
        }
    }

    private static void find(
            Pattern pattern, Map<String, String> instead, String line, String place, Map<String, String> problems) {
        Matcher matcher = pattern.matcher(line);
        if (matcher.find()) {
            String word = matcher.group(1);
            problems.put(
                    place,
                    "says '" + word + "': use '"
                            + instead.getOrDefault(word, instead.get(word.toLowerCase(Locale.ROOT))) + "'");
        }
    }

    private static String alternatives(Map<String, String> words) {
        return String.join("|", words.keySet().stream().map(Pattern::quote).toList());
    }

    private static List<Path> sourcesBelow(Path root) throws IOException {
        List<Path> sources = new ArrayList<>();
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                return SKIPPED.contains(String.valueOf(folder.getFileName())) && !folder.equals(root)
                        ? FileVisitResult.SKIP_SUBTREE
                        : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                if (file.toString().endsWith(".java")) {
                    sources.add(file);
                }
                return FileVisitResult.CONTINUE;
            }
        });
        return sources;
    }
}
