package dev.tollgate.sink;

import dev.tollgate.embedded.EmbeddedStack;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The embedded ClickHouse seen from outside: its process and the folders of its parts. */
final class ClickHouseProcess {
    /** Partition, lowest and highest insert, level. */
    private static final Pattern PART = Pattern.compile("\\d+_\\d+_(\\d+)_\\d+");

    private final EmbeddedStack stack;

    ClickHouseProcess(EmbeddedStack stack) {
        this.stack = stack;
    }

    /** Stops it in the middle of whatever it does; its sockets stay open. */
    void pause() throws IOException, InterruptedException {
        signal("STOP");
    }

    void resume() throws IOException, InterruptedException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + name, Long.toString(pid()))
                .inheritIO()
                .start()
                .waitFor();
        if (status != 0) {
            throw new IllegalStateException("kill -" + name + " failed: " + status);
        }
    }

    long pid() {
        String folder = stack.folder().resolve("clickhouse").toString();
        return ProcessHandle.current()
                .descendants()
                .filter(process -> process.info()
                        .arguments()
                        .map(arguments -> Stream.of(arguments).anyMatch(argument -> argument.startsWith(folder)))
                        .orElse(false))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("no ClickHouse of this stack runs"))
                .pid();
    }

    Path table(String database, String table) {
        return stack.folder()
                .resolve("clickhouse")
                .resolve("tables")
                .resolve("data")
                .resolve(database)
                .resolve(table);
    }

    /** Names of the folders of a table's parts, merged ones included. */
    Set<String> parts(String database, String table) throws IOException {
        try (Stream<Path> folders = Files.list(table(database, table))) {
            return folders.map(folder -> folder.getFileName().toString())
                    .filter(name -> PART.matcher(name).matches())
                    .collect(TreeSet::new, TreeSet::add, TreeSet::addAll);
        }
    }

    /** The highest number of an insert into a table; the next one has the next number. */
    long highestBlock(String database, String table) throws IOException {
        return parts(database, table).stream()
                .map(PART::matcher)
                .filter(Matcher::matches)
                .mapToLong(part -> Long.parseLong(part.group(1)))
                .max()
                .orElse(0);
    }

    static void deleteFolder(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
