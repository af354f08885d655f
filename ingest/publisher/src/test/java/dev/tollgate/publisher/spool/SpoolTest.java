package dev.tollgate.publisher.spool;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SpoolTest {
    private static final String SCHEMA = "{\"type\":\"string\"}";
    private static final int HEADROOM = 5;
    private static final long SEGMENT = 64 << 10;

    @TempDir
    Path folder;

    @Test
    void givenRecords_whenReadAndAcknowledged_thenTheyCameInOrderAndNoSegmentIsLeft() throws IOException {
        try (Spool spool = open(16 * SEGMENT, OverflowPolicy.DROP_NEWEST)) {
            for (int i = 0; i < 50; i++) {
                append(spool, i * 20, 20, 100);
            }

            List<Integer> read = readAll(spool);
            assertThat(read).isEqualTo(numbers(0, 1000));
            assertThat(spool.heldRecords()).isEqualTo(1000);
            assertThat(segments()).hasSizeGreaterThan(1);

            spool.acknowledge(spool.end(), 1000);
            spool.releaseIfDone();
            assertThat(segments()).isEmpty();
            assertThat(spool.sizeBytes()).isZero();
            assertThat(spool.heldRecords()).isZero();
        }
    }

    @Test
    void givenNothingInTheSpool_whenSkippedToItsEnd_thenItStaysEmptyAndWorks() throws IOException {
        try (Spool spool = open(16 * SEGMENT, OverflowPolicy.DROP_NEWEST)) {
            spool.skipTo(spool.end());

            assertThat(spool.hasUnread()).isFalse();
            append(spool, 0, 5, 100);
            assertThat(readAll(spool)).isEqualTo(numbers(0, 5));
        }
    }

    @Test
    void givenUnacknowledgedRecords_whenAnotherProcessOpens_thenItReadsFromThePositionOnAndWithTheOldSchema()
            throws IOException {
        try (Spool spool = open(16 * SEGMENT, OverflowPolicy.DROP_NEWEST)) {
            append(spool, 0, 10, 50);
            spool.acknowledge(requireNonNull(append(spool, 10, 5, 50)), 15);
            append(spool, 15, 5, 50);
        }

        try (Spool spool = Spool.open(config(16 * SEGMENT, OverflowPolicy.DROP_NEWEST), "\"bytes\"")) {
            assertThat(spool.recover()).isEqualTo(5);
            append(spool, 20, 5, 50);
            Spool.Batch old = requireNonNull(spool.read());
            Spool.Batch fresh = requireNonNull(spool.read());

            assertThat(old.schema()).isEqualTo(SCHEMA);
            assertThat(numbersOf(old)).isEqualTo(numbers(15, 20));
            assertThat(fresh.schema()).isEqualTo("\"bytes\"");
            assertThat(numbersOf(fresh)).isEqualTo(numbers(20, 25));
            assertThat(spool.read()).isNull();
        }
    }

    @Test
    void givenATailTornAtAnyByte_whenOpened_thenTheWholeRecordsAreThereAndTheRestIsCut() throws IOException {
        long endOfNine;
        try (Spool spool = open(16 * SEGMENT, OverflowPolicy.DROP_NEWEST)) {
            append(spool, 0, 9, 40);
            endOfNine = spool.end().offset();
            append(spool, 9, 1, 40);
        }
        byte[] whole = Files.readAllBytes(onlySegment());

        for (int length = (int) endOfNine; length < whole.length; length++) {
            Path copy = Files.createDirectory(folder.resolve("torn-" + length));
            Path segment = copy.resolve("0000000000000001.spool");
            Files.write(segment, java.util.Arrays.copyOf(whole, length));
            try (Spool spool = Spool.open(configIn(copy), SCHEMA)) {
                assertThat(spool.recover()).as("cut to %d bytes", length).isEqualTo(9);
                assertThat(Files.size(segment)).isEqualTo(endOfNine);
                append(spool, 9, 1, 40);
                assertThat(readAll(spool)).isEqualTo(numbers(0, 10));
                assertThat(spool.takeCorrupt()).isZero();
            }
        }
    }

    @Test
    void givenAFlippedBitAnywhere_whenOpened_thenAtMostTheRecordItHitIsLostAndCounted() throws IOException {
        try (Spool spool = open(16 * SEGMENT, OverflowPolicy.DROP_NEWEST)) {
            append(spool, 0, 10, 30);
        }
        byte[] whole = Files.readAllBytes(onlySegment());
        SegmentHeader header = requireNonNull(SegmentHeader.find(ByteBuffer.wrap(whole)));

        // One bit of each byte, another one from byte to byte: closing forces to disk, which makes each trial slow.
        for (int bit = 0; bit < whole.length * 8; bit += bit % 8 == 7 ? 1 : 9) {
            Path copy = Files.createDirectory(folder.resolve("flipped-" + bit));
            byte[] damaged = whole.clone();
            damaged[bit / 8] ^= (byte) (1 << (bit % 8));
            Files.write(copy.resolve("0000000000000001.spool"), damaged);
            try (Spool spool = Spool.open(configIn(copy), SCHEMA)) {
                long recovered = spool.recover();
                List<Integer> read = readAll(spool);

                boolean inHeader = bit / 8 < header.dataStart();
                int frameBytes = (whole.length - header.dataStart()) / 10;
                int hit = inHeader ? -1 : (bit / 8 - header.dataStart()) / frameBytes;
                List<Integer> expected = new ArrayList<>(numbers(0, 10));
                expected.remove(Integer.valueOf(hit));
                assertThat(read).as("bit %d", bit).isEqualTo(expected);
                // The last record looks like a torn tail, which was never whole and hence is nothing lost.
                boolean counted = hit >= 0 && hit < 9;
                assertThat(spool.takeCorrupt()).as("bit %d", bit).isEqualTo(counted ? 1 : 0);
                assertThat(recovered).isEqualTo(expected.size() + (counted ? 1 : 0));
            }
        }
    }

    @Test
    void givenDamageWhileTheSpoolIsOpen_whenRead_thenTheLossIsCounted() throws IOException {
        try (Spool spool = open(16 * SEGMENT, OverflowPolicy.DROP_NEWEST)) {
            SpoolPosition first = requireNonNull(append(spool, 0, 1, 100));
            append(spool, 1, 499, 100);
            append(spool, 500, 400, 100);
            try (FileChannel channel = FileChannel.open(segments().get(0), StandardOpenOption.WRITE)) {
                channel.write(ByteBuffer.wrap(new byte[] {'X'}), first.offset() + 30);
            }

            List<Integer> read = readAll(spool);
            append(spool, 900, 1, 100);
            read.addAll(readAll(spool));

            List<Integer> expected = new ArrayList<>(numbers(0, 901));
            expected.remove(Integer.valueOf(1));
            assertThat(read).isEqualTo(expected);
            assertThat(spool.takeCorrupt()).isEqualTo(1);
            assertThat(spool.heldRecords()).isEqualTo(900);
        }
    }

    @Test
    void givenASegmentWithoutAReadableHeader_whenOpened_thenItIsSetAsideAndTheOthersAreRead() throws IOException {
        try (Spool spool = open(16 * SEGMENT, OverflowPolicy.DROP_NEWEST)) {
            append(spool, 0, 900, 60);
            append(spool, 900, 900, 60);
        }
        List<Path> segments = segments();
        assertThat(segments).hasSize(2);
        Files.write(segments.get(0), new byte[200]);

        try (Spool spool = open(16 * SEGMENT, OverflowPolicy.DROP_NEWEST)) {
            assertThat(spool.recover()).isEqualTo(900);
            assertThat(readAll(spool)).isEqualTo(numbers(900, 1800));
        }
        assertThat(folder.resolve(segments.get(0).getFileName() + ".damaged")).exists();
    }

    @Test
    void givenDropNewest_whenTheBoundIsReached_thenAppendRejectsUntilSegmentsAreAcknowledged() throws IOException {
        try (Spool spool = open(3 * SEGMENT, OverflowPolicy.DROP_NEWEST)) {
            int appended = 0;
            List<SpoolPosition> ends = new ArrayList<>();
            for (SpoolPosition end = append(spool, 0, 100, 80); end != null; end = append(spool, appended, 100, 80)) {
                ends.add(end);
                appended += 100;
            }
            assertThat(spool.sizeBytes()).isBetween(2 * SEGMENT, 3 * SEGMENT);
            assertThat(folderBytes()).isLessThanOrEqualTo(3 * SEGMENT);

            readAll(spool);
            spool.acknowledge(ends.get(ends.size() - 1), appended);

            assertThat(append(spool, appended, 100, 80)).isNotNull();
            assertThat(spool.takeOverwritten()).isZero();
        }
    }

    @Test
    void givenDropOldest_whenTheBoundIsReached_thenTheOldestUnreadAreOverwrittenAndCounted() throws IOException {
        try (Spool spool = open(3 * SEGMENT, OverflowPolicy.DROP_OLDEST)) {
            append(spool, 0, 100, 80);
            assertThat(spool.read()).isNotNull();
            int appended = 100;
            while (appended < 10_000) {
                assertThat(append(spool, appended, 100, 80)).isNotNull();
                appended += 100;
                assertThat(folderBytes()).isLessThanOrEqualTo(3 * SEGMENT);
            }

            List<Integer> rest = readAll(spool);
            long overwritten = spool.takeOverwritten();
            assertThat(overwritten).isEqualTo(10_000 - 100 - rest.size()).isPositive();
            assertThat(rest).isEqualTo(numbers(10_000 - rest.size(), 10_000));
            assertThat(spool.heldRecords()).isEqualTo(rest.size() + 100);
        }
    }

    @Test
    void givenAnOpenSpool_whenOpenedAgain_thenTheSecondIsRejectedAndTheFirstGoesOn() throws IOException {
        try (Spool spool = open(16 * SEGMENT, OverflowPolicy.DROP_NEWEST)) {
            append(spool, 0, 1, 10);

            assertThatThrownBy(() -> open(16 * SEGMENT, OverflowPolicy.DROP_NEWEST))
                    .isInstanceOf(SpoolLockedException.class)
                    .hasMessageContaining(folder.toString())
                    .hasMessageContaining("process " + ProcessHandle.current().pid());
            assertThat(append(spool, 1, 1, 10)).isNotNull();
        }
        open(16 * SEGMENT, OverflowPolicy.DROP_NEWEST).close();
    }

    /** Any sequence of operations, with crashes in between, against a list. */
    @Test
    void givenRandomOperationsAndCrashes_whenComparedWithAModel_thenNothingIsLostReorderedOrForgotten()
            throws IOException {
        long seed = Long.getLong("tollgate.test.seed", System.nanoTime());
        for (int run = 0; run < 20; run++) {
            SplittableRandom random = new SplittableRandom(seed + run);
            Path mine = Files.createDirectory(folder.resolve("run-" + run));
            new Model(mine, random, "seed " + (seed + run)).run(400);
            deleteAll(mine);
        }
    }

    private static final class Model {
        private final Path folder;
        private final SplittableRandom random;
        private final String name;
        /** Appended and not acknowledged, oldest first. */
        private final ArrayDeque<Integer> held = new ArrayDeque<>();
        /** Batches read or skipped and not acknowledged. */
        private final ArrayDeque<ReadPart> read = new ArrayDeque<>();

        private int next;
        private int readCount;
        private Spool spool;

        Model(Path folder, SplittableRandom random, String name) throws IOException {
            this.folder = folder;
            this.random = random;
            this.name = name;
            this.spool = Spool.open(configIn(folder), SCHEMA);
            assertThat(spool.recover()).isZero();
        }

        void run(int steps) throws IOException {
            for (int step = 0; step < steps; step++) {
                switch (random.nextInt(12)) {
                    case 0, 1, 2, 3 -> append();
                    case 4, 5, 6, 7 -> read();
                    case 8, 9 -> acknowledge();
                    case 10 -> spool.releaseIfDone();
                    default -> reopen();
                }
                assertThat(spool.heldRecords()).as(name).isEqualTo(held.size());
                assertThat(spool.hasUnread()).as(name).isEqualTo(held.size() > readCount);
            }
            while (held.size() > readCount) {
                read();
            }
            while (!read.isEmpty()) {
                acknowledge();
            }
            spool.releaseIfDone();
            assertThat(spool.sizeBytes()).as(name).isZero();
            spool.close();
        }

        private void append() throws IOException {
            int count = random.nextInt(1, 200);
            boolean skip = !spool.hasUnread() && random.nextBoolean();
            SpoolPosition end = requireNonNull(spool.append(records(next, count, random.nextInt(200))));
            for (int i = 0; i < count; i++) {
                held.add(next++);
            }
            if (skip) {
                spool.skipTo(end);
                readCount += count;
                read.add(new ReadPart(end, count));
            }
        }

        private void read() throws IOException {
            Spool.Batch batch = spool.read();
            if (batch == null) {
                assertThat(readCount).as(name).isEqualTo(held.size());
                return;
            }
            List<Integer> expected =
                    held.stream().skip(readCount).limit(batch.records().size()).toList();
            assertThat(numbersOf(batch)).as(name).isEqualTo(expected).isNotEmpty();
            readCount += batch.records().size();
            read.add(new ReadPart(batch.end(), batch.records().size()));
        }

        private void acknowledge() throws IOException {
            ReadPart part = read.poll();
            if (part == null) {
                return;
            }
            spool.acknowledge(part.end, part.count);
            for (int i = 0; i < part.count; i++) {
                held.remove();
            }
            readCount -= part.count;
            spool.maintain(System.nanoTime() + TimeUnit.SECONDS.toNanos(random.nextInt(10)));
        }

        /** Ends orderly, or as a crash leaves it: with a position as old as it may be and a torn tail. */
        private void reopen() throws IOException {
            Path position = folder.resolve("position");
            byte[] before = Files.readAllBytes(position);
            spool.close();
            long mayComeAgain = 0;
            if (random.nextBoolean()) {
                Files.write(position, before);
                mayComeAgain = Long.MAX_VALUE;
                tearTail();
            }
            spool = Spool.open(configIn(folder), SCHEMA);
            long found = spool.recover();
            assertThat(found).as(name).isBetween((long) held.size(), mayComeAgain == 0 ? held.size() : (long) next);
            for (int i = held.isEmpty() ? next : held.peek(); held.size() < found; ) {
                held.addFirst(--i);
            }
            readCount = 0;
            read.clear();
        }

        private void tearTail() throws IOException {
            try (Stream<Path> files = Files.list(folder)) {
                List<Path> segments = files.filter(file -> file.toString().endsWith(".spool"))
                        .sorted()
                        .toList();
                if (!segments.isEmpty()) {
                    byte[] garbage = new byte[random.nextInt(60)];
                    random.nextBytes(garbage);
                    Files.write(segments.get(segments.size() - 1), garbage, StandardOpenOption.APPEND);
                }
            }
        }

        private record ReadPart(SpoolPosition end, int count) {}
    }

    private Spool open(long maxBytes, OverflowPolicy overflow) throws IOException {
        return Spool.open(config(maxBytes, overflow), SCHEMA);
    }

    private SpoolConfig config(long maxBytes, OverflowPolicy overflow) {
        return new SpoolConfig(folder, maxBytes, SEGMENT, SyncPolicy.OPERATING_SYSTEM, overflow, HEADROOM);
    }

    private static SpoolConfig configIn(Path folder) {
        return new SpoolConfig(
                folder, 1 << 30, SEGMENT, SyncPolicy.OPERATING_SYSTEM, OverflowPolicy.DROP_NEWEST, HEADROOM);
    }

    private static @Nullable SpoolPosition append(Spool spool, int first, int count, int filling) throws IOException {
        return spool.append(records(first, count, filling));
    }

    private static List<SpoolRecord> records(int first, int count, int filling) {
        return IntStream.range(first, first + count)
                .mapToObj(number -> {
                    ByteBuffer payload = ByteBuffer.allocate(HEADROOM + 4 + filling);
                    payload.position(HEADROOM);
                    payload.putInt(number);
                    return new SpoolRecord(("key-" + number % 7).getBytes(StandardCharsets.UTF_8), payload.array());
                })
                .toList();
    }

    private static List<Integer> readAll(Spool spool) throws IOException {
        List<Integer> numbers = new ArrayList<>();
        for (Spool.Batch batch = spool.read(); batch != null; batch = spool.read()) {
            numbers.addAll(numbersOf(batch));
        }
        return numbers;
    }

    private static List<Integer> numbersOf(Spool.Batch batch) {
        return batch.records().stream()
                .map(record -> {
                    int number = ByteBuffer.wrap(record.payload()).getInt(HEADROOM);
                    assertThat(new String(record.key(), StandardCharsets.UTF_8)).isEqualTo("key-" + number % 7);
                    return number;
                })
                .toList();
    }

    private static List<Integer> numbers(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    private Path onlySegment() throws IOException {
        assertThat(segments()).hasSize(1);
        return segments().get(0);
    }

    private List<Path> segments() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".spool"))
                    .sorted()
                    .toList();
        }
    }

    private long folderBytes() throws IOException {
        long bytes = 0;
        for (Path segment : segments()) {
            bytes += Files.size(segment);
        }
        return bytes;
    }

    private static void deleteAll(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
