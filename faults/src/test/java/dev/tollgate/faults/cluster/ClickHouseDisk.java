package dev.tollgate.faults.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.YearMonth;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The folders in which ClickHouse keeps the parts of its tables. */
public final class ClickHouseDisk {
    /** Partition, lowest and highest insert, level. */
    private static final Pattern PART = Pattern.compile("\\d+_\\d+_(\\d+)_\\d+");

    private static final DateTimeFormatter MONTH = DateTimeFormatter.ofPattern("yyyyMM");

    private final Path database;

    ClickHouseDisk(Path database) {
        this.database = database;
    }

    /**
     * Lets renames of new parts fail: ClickHouse writes an insert into a temporary folder, remembers its token and
     * renames the folder, and a file with the folder's name is in the way.
     *
     * @param month of the rows; inserts into other partitions succeed
     * @param renames that fail: the next insert, the one after the one after it, and so on with growing gaps
     */
    public Obstacles obstruct(String table, int renames, YearMonth month) {
        Path folder = database.resolve(table);
        long block = highestInsert(folder);
        List<Path> files = new ArrayList<>();
        for (int i = 1; i <= renames; i++) {
            block += i;
            Path file = folder.resolve("%s_%d_%d_0".formatted(month.format(MONTH), block, block));
            try {
                files.add(Files.createFile(file));
            } catch (FileAlreadyExistsException e) {
                // The insert came first.
                continue;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new Obstacles(files);
    }

    private static long highestInsert(Path folder) {
        try (Stream<Path> parts = Files.list(folder)) {
            return parts.map(part -> PART.matcher(part.getFileName().toString()))
                    .filter(Matcher::matches)
                    .mapToLong(part -> Long.parseLong(part.group(1)))
                    .max()
                    .orElse(0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Files that are in the way until this is closed. */
    public static final class Obstacles implements AutoCloseable {
        private final List<Path> files;

        private Obstacles(List<Path> files) {
            this.files = files;
        }

        public int count() {
            return files.size();
        }

        @Override
        public void close() {
            for (Path file : files) {
                try {
                    Files.deleteIfExists(file);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }
    }
}
