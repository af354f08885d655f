package dev.tollgate.publisher.spool;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A queue of records on disk, read in the order in which it was written.
 *
 * <p>Three positions matter, in this order: up to where records are <em>acknowledged</em> (and segments deleted), up to
 * where they are <em>read</em> (by {@link #read} or passed by {@link #skipTo}), and the <em>end</em>, where
 * {@link #append} writes. A reader that fails starts again at the acknowledged position, after a crash likewise;
 * therefore records may be read twice.
 *
 * <p>Files of the folder: {@code NUMBER.spool} (segments, see {@link SegmentHeader} and {@link Frames}),
 * {@code position} (see {@link PositionFile}), {@code lock}, and {@code NUMBER.spool.damaged} for a segment whose
 * header is destroyed, kept for a human. A process appends to segments of its own only, so that a tail torn by a crash
 * is never written behind.
 *
 * <p>Not thread-safe, except for {@link #sizeBytes()} and {@link #heldRecords()}.
 */
public final class Spool implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Spool.class);
    private static final int READ_BYTES = 256 << 10;
    private static final int MIN_WRITE_BYTES = 16 << 10;
    private static final int MAX_READ_RECORDS = 512;
    private static final long STORE_POSITION_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long SYNC_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final SpoolConfig config;
    private final String schema;
    private final int headerBytes;
    private final FolderLock lock;
    private final PositionFile positionFile;
    private final CRC32C crc = new CRC32C();
    private final ArrayDeque<Segment> segments = new ArrayDeque<>();
    private ByteBuffer readBuffer = ByteBuffer.allocate(0);

    /**
     * The segment that this process appends to, the last one of {@link #segments}; null until there is something to
     * write.
     */
    private @Nullable Segment active;

    private ByteBuffer writeBuffer = ByteBuffer.allocate(0);
    private long nextNumber = 1;
    private SpoolPosition acknowledged = new SpoolPosition(0, 0);
    private SpoolPosition cursor = new SpoolPosition(0, 0);
    /** Records of the cursor's segment that lie before the cursor. */
    private long readInSegment;

    private long overwritten;
    private long corrupt;
    private boolean unsynced;
    private long positionStoredAtNanos;
    private long syncedAtNanos;
    private volatile long sizeBytes;
    private final AtomicLong heldRecords = new AtomicLong();

    private Spool(SpoolConfig config, String schema, FolderLock lock, PositionFile positionFile) {
        this.config = config;
        this.schema = schema;
        this.headerBytes = SegmentHeader.encode(schema).limit();
        this.lock = lock;
        this.positionFile = positionFile;
    }

    /**
     * Takes the folder. What an earlier process left in it is there after {@link #recover()}.
     *
     * @param schema JSON text of the schema of what will be appended
     * @throws SpoolLockedException if another process or publisher has it
     * @throws IOException if it cannot be created or written
     */
    public static Spool open(SpoolConfig config, String schema) throws IOException {
        createPrivate(config.folder());
        FolderLock lock = FolderLock.take(config.folder());
        try {
            return new Spool(config, schema, lock, PositionFile.open(config.folder()));
        } catch (IOException | RuntimeException e) {
            lock.close();
            throw e;
        }
    }

    /** Events name accounts and keys, which is nobody else's business on a shared machine. */
    private static void createPrivate(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return;
        }
        boolean posix = FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
        FileAttribute<?>[] attributes = posix
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                }
                : new FileAttribute<?>[0];
        Path parent = folder.toAbsolutePath().getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        try {
            Files.createDirectory(folder, attributes);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        }
    }

    /**
     * Finds what an earlier process left: checks every record, cuts a torn tail. To be called once, before anything
     * else; reads every byte that is unacknowledged. After a failure it may be called again.
     *
     * @return number of records to be read again, and of those found damaged, which {@link #takeCorrupt()} tells as
     *     well
     */
    public long recover() throws IOException {
        closeSegments();
        SpoolPosition stored = positionFile.stored();
        if (stored != null) {
            acknowledged = stored;
            nextNumber = stored.segment() + 1;
        }
        for (long number : numbers()) {
            nextNumber = Math.max(nextNumber, number + 1);
            if (number < acknowledged.segment()) {
                Files.deleteIfExists(Segment.file(config.folder(), number));
            } else {
                recover(number);
            }
        }
        Segment first = segments.peek();
        if (first != null) {
            cursor = first.number == acknowledged.segment()
                            && acknowledged.offset() >= first.dataStart
                            && acknowledged.offset() <= first.end
                    ? acknowledged
                    : new SpoolPosition(first.number, first.dataStart);
            readInSegment = 0;
        }
        updateSize();
        long found = segments.stream().mapToLong(segment -> segment.records).sum();
        heldRecords.set(found);
        if (found > 0) {
            log.info(
                    "spool has events of an earlier process: folder={} events={} bytes={}",
                    config.folder(),
                    found,
                    sizeBytes);
        }
        return found + corrupt;
    }

    private void closeSegments() throws IOException {
        while (!segments.isEmpty()) {
            segments.remove().channel.close();
        }
        corrupt = 0;
    }

    private List<Long> numbers() throws IOException {
        try (Stream<Path> files = Files.list(config.folder())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("\\d{16}" + Segment.SUFFIX.replace(".", "\\.")))
                    .map(name -> Long.parseLong(name.substring(0, 16)))
                    .sorted()
                    .toList();
        }
    }

    private void recover(long number) throws IOException {
        Path file = Segment.file(config.folder(), number);
        FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        ByteBuffer start = ByteBuffer.allocate((int) Math.min(SegmentHeader.SEARCHED_BYTES, channel.size()));
        while (start.hasRemaining() && channel.read(start, start.position()) >= 0) {
            // Until the buffer is full or the file ends.
        }
        start.flip();
        SegmentHeader header = SegmentHeader.find(start);
        if (header == null) {
            setAside(file, channel);
            return;
        }
        Segment segment = new Segment(number, file, header, channel, channel.size());
        long from = number == acknowledged.segment()
                ? Math.max(header.dataStart(), acknowledged.offset())
                : header.dataStart();
        long goodEnd = count(segment, from);
        if (goodEnd < segment.end) {
            log.warn(
                    "spool segment ends in a torn record, cut off: file={} from={} bytes={}",
                    file,
                    goodEnd,
                    segment.end - goodEnd);
            channel.truncate(goodEnd);
            segment.end = goodEnd;
        }
        if (segment.records == 0) {
            segment.delete();
        } else {
            segments.add(segment);
        }
    }

    private static void setAside(Path file, FileChannel channel) throws IOException {
        long size = channel.size();
        channel.close();
        if (size == 0) {
            // The process died between creating the file and writing the header: nothing was in it.
            Files.delete(file);
            return;
        }
        Path aside = file.resolveSibling(file.getFileName() + ".damaged");
        Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
        log.error("spool segment has no readable header and is set aside: file={} bytes={}", aside, size);
    }

    /** Counts the records from a place; the end of the last undamaged one. */
    private long count(Segment segment, long from) throws IOException {
        Scan scan = new Scan(from);
        while (scan.offset < segment.end) {
            scan(segment, scan, null);
        }
        segment.records = scan.found;
        corrupt += scan.damages;
        return scan.lastGoodEnd;
    }

    /**
     * Appends records in order, all or none.
     *
     * @return where they end, or null if they do not fit ({@link OverflowPolicy#DROP_NEWEST}, or more than the spool
     *     could ever hold)
     * @throws IOException if they cannot be written; the spool is as before
     */
    public @Nullable SpoolPosition append(List<SpoolRecord> records) throws IOException {
        int size = 0;
        for (SpoolRecord record : records) {
            size += Frames.sizeOf(record, config.headroomBytes());
        }
        if (!makeRoom(size)) {
            return null;
        }
        if (writeBuffer.capacity() < size) {
            writeBuffer =
                    ByteBuffer.allocateDirect(Math.max(size, Math.max(MIN_WRITE_BYTES, 2 * writeBuffer.capacity())));
        }
        writeBuffer.clear();
        for (SpoolRecord record : records) {
            Frames.write(record, config.headroomBytes(), writeBuffer, crc);
        }
        writeBuffer.flip();
        Segment target = active;
        if (target == null || target.end + size > config.segmentBytes()) {
            target = begin();
        }
        target.append(writeBuffer, records.size());
        if (config.sync() == SyncPolicy.EVERY_WRITE) {
            target.force();
        }
        unsynced = true;
        heldRecords.addAndGet(records.size());
        updateSize();
        return new SpoolPosition(target.number, target.end);
    }

    private boolean makeRoom(int size) throws IOException {
        long needed = size + (long) headerBytes;
        if (needed > config.maxBytes()) {
            return false;
        }
        if (sizeBytes + needed > config.maxBytes()) {
            releaseIfDone();
        }
        while (sizeBytes + needed > config.maxBytes()) {
            if (config.overflow() == OverflowPolicy.DROP_NEWEST || segments.isEmpty()) {
                return false;
            }
            dropOldest();
        }
        return true;
    }

    private void dropOldest() throws IOException {
        Segment victim = segments.remove();
        boolean reached = cursor.segment() >= victim.number;
        long unread = cursor.segment() == victim.number ? victim.records - readInSegment : reached ? 0 : victim.records;
        if (victim.equals(active)) {
            active = null;
        }
        victim.delete();
        overwritten += unread;
        heldRecords.addAndGet(-unread);
        if (cursor.segment() <= victim.number) {
            readInSegment = victim.records;
            moveCursorPast(victim);
        }
        updateSize();
    }

    /** Goes on to the next segment. What this one held beyond what was read from it was damaged. */
    private void moveCursorPast(Segment segment) {
        if (cursor.segment() == segment.number && segment.records > readInSegment) {
            long missing = segment.records - readInSegment;
            corrupt += missing;
            heldRecords.addAndGet(-missing);
        }
        Segment next = after(segment.number);
        cursor = next == null
                ? new SpoolPosition(segment.number, segment.end)
                : new SpoolPosition(next.number, next.dataStart);
        readInSegment = 0;
    }

    private @Nullable Segment after(long number) {
        for (Segment segment : segments) {
            if (segment.number > number) {
                return segment;
            }
        }
        return null;
    }

    private Segment begin() throws IOException {
        boolean allRead = !hasUnread();
        Segment before = active;
        Segment made = Segment.create(config.folder(), nextNumber, schema);
        nextNumber++;
        if (before != null && config.sync() != SyncPolicy.OPERATING_SYSTEM) {
            before.force();
        }
        if (config.sync() != SyncPolicy.OPERATING_SYSTEM) {
            made.force();
            forceFolder();
        }
        segments.add(made);
        active = made;
        if (allRead) {
            Segment read = segments.stream()
                    .filter(segment -> segment.number == cursor.segment())
                    .findFirst()
                    .orElse(null);
            if (read != null) {
                moveCursorPast(read);
            } else {
                cursor = new SpoolPosition(made.number, made.dataStart);
                readInSegment = 0;
            }
        }
        return made;
    }

    /** Makes the file's name durable, where the system lets a folder be opened. */
    private void forceFolder() {
        try (FileChannel folder = FileChannel.open(config.folder(), StandardOpenOption.READ)) {
            folder.force(true);
        } catch (IOException e) {
            log.debug("folder cannot be forced to disk: folder={}", config.folder(), e);
        }
    }

    /** Whether there is something that was neither read nor skipped. */
    public boolean hasUnread() {
        Segment last = segments.peekLast();
        return last != null && cursor.compareTo(new SpoolPosition(last.number, last.end)) < 0;
    }

    /** Where the next record would be written. */
    public SpoolPosition end() {
        Segment last = segments.peekLast();
        return last == null ? cursor : new SpoolPosition(last.number, last.end);
    }

    /**
     * Counts everything up to the end as read, because the caller has it in memory still. Does nothing for an empty
     * spool.
     *
     * @param end where the spool ends, when nothing was unread before what was appended last
     */
    public void skipTo(SpoolPosition end) {
        if (!end.equals(end())) {
            throw new IllegalArgumentException("only to the end " + end() + " may be skipped, was " + end);
        }
        Segment last = segments.peekLast();
        if (last != null) {
            cursor = end;
            readInSegment = last.records;
        }
    }

    /**
     * The next records in order, all of one schema, at most 512.
     *
     * @return null if there are none left; a batch without records if only damage was left
     */
    public @Nullable Batch read() throws IOException {
        Segment segment = find(cursor.segment());
        while (segment != null && cursor.offset() >= segment.end) {
            Segment next = after(segment.number);
            if (next == null) {
                return null;
            }
            moveCursorPast(segment);
            segment = next;
        }
        if (segment == null) {
            return null;
        }
        List<SpoolRecord> records = new ArrayList<>();
        Scan scan = new Scan(cursor.offset());
        scan(segment, scan, records);
        readInSegment += records.size();
        cursor = new SpoolPosition(segment.number, scan.offset);
        return new Batch(records, segment.schema, cursor);
    }

    private @Nullable Segment find(long number) {
        for (Segment segment : segments) {
            if (segment.number >= number) {
                if (segment.number > number) {
                    cursor = new SpoolPosition(segment.number, segment.dataStart);
                    readInSegment = 0;
                }
                return segment;
            }
        }
        return null;
    }

    /** Reads one buffer of a segment from {@code scan.offset} on. */
    private void scan(Segment segment, Scan scan, @Nullable List<SpoolRecord> into) throws IOException {
        if (readBuffer.capacity() == 0) {
            readBuffer = ByteBuffer.allocateDirect(READ_BYTES);
        }
        segment.read(readBuffer, scan.offset);
        long base = scan.offset;
        boolean toTheEnd = base + readBuffer.limit() >= segment.end;
        if (readBuffer.limit() == 0) {
            // The file is shorter than it was: somebody cut it.
            scan.offset = segment.end;
            return;
        }
        int at = 0;
        int damagedFrom = -1;
        while (at < readBuffer.limit() && (into == null || into.size() < MAX_READ_RECORDS)) {
            int length = Frames.lengthAt(readBuffer, at, crc);
            SpoolRecord record = length > 0 ? Frames.read(readBuffer, at, config.headroomBytes()) : null;
            if (record != null) {
                if (damagedFrom >= 0) {
                    warnOfDamage(segment, base + damagedFrom, at - damagedFrom);
                    scan.damages++;
                    damagedFrom = -1;
                }
                if (into != null) {
                    into.add(record);
                }
                scan.found++;
                at += length;
                scan.lastGoodEnd = base + at;
            } else if (at > 0 && !toTheEnd && Frames.mayContinue(readBuffer, at)) {
                // Cut by the buffer, not by damage: the next buffer begins here.
                break;
            } else {
                damagedFrom = damagedFrom < 0 ? at : damagedFrom;
                at++;
            }
        }
        if (damagedFrom >= 0 && into != null) {
            warnOfDamage(segment, base + damagedFrom, at - damagedFrom);
        }
        scan.offset = base + at;
    }

    private static void warnOfDamage(Segment segment, long from, long bytes) {
        log.warn("spool is damaged, records lost: file={} from={} bytes={}", segment.file, from, bytes);
    }

    /**
     * Lets go of everything before a position.
     *
     * @param position what {@link #append} or a {@link Batch} gave
     * @param records how many records that covers beyond the last call
     */
    public void acknowledge(SpoolPosition position, long records) throws IOException {
        heldRecords.addAndGet(-records);
        if (position.compareTo(acknowledged) <= 0) {
            return;
        }
        acknowledged = position;
        boolean deleted = false;
        Iterator<Segment> oldest = segments.iterator();
        while (oldest.hasNext()) {
            Segment segment = oldest.next();
            boolean done = segment.number < position.segment()
                    || (segment.number == position.segment()
                            && position.offset() >= segment.end
                            && !segment.equals(active));
            if (!done) {
                break;
            }
            oldest.remove();
            if (cursor.segment() == segment.number) {
                moveCursorPast(segment);
            }
            segment.delete();
            deleted = true;
        }
        if (deleted) {
            updateSize();
        }
    }

    /** Up to where everything is acknowledged. */
    public SpoolPosition acknowledged() {
        return acknowledged;
    }

    /** Stores the position and forces data to disk when it is time to; cheap otherwise. To be called often. */
    public void maintain(long nowNanos) throws IOException {
        if (nowNanos - positionStoredAtNanos >= STORE_POSITION_NANOS) {
            positionStoredAtNanos = nowNanos;
            positionFile.store(acknowledged);
        }
        if (unsynced && config.sync() == SyncPolicy.EVERY_SECOND && nowNanos - syncedAtNanos >= SYNC_NANOS) {
            syncedAtNanos = nowNanos;
            unsynced = false;
            Segment last = active;
            if (last != null) {
                last.force();
            }
        }
    }

    /** Deletes the segment in use if all of it is acknowledged: an idle publisher holds no file. */
    public void releaseIfDone() throws IOException {
        Segment last = active;
        if (last == null || segments.size() > 1 || acknowledged.compareTo(end()) < 0) {
            return;
        }
        segments.clear();
        active = null;
        cursor = new SpoolPosition(last.number, last.end);
        readInSegment = 0;
        heldRecords.set(0);
        last.delete();
        updateSize();
    }

    /** Records overwritten by {@link OverflowPolicy#DROP_OLDEST} since the last call. */
    public long takeOverwritten() {
        long taken = overwritten;
        overwritten = 0;
        return taken;
    }

    /** Records found damaged since the last call that were intact when they were written or recovered. */
    public long takeCorrupt() {
        long taken = corrupt;
        corrupt = 0;
        return taken;
    }

    private void updateSize() {
        long size = 0;
        for (Segment segment : segments) {
            size += segment.end;
        }
        sizeBytes = size;
    }

    /** Bytes of all segments. Any thread. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** Records appended or recovered and not yet acknowledged. Any thread. */
    public long heldRecords() {
        return heldRecords.get();
    }

    /** Stores the position, forces everything to disk and gives the folder back. What is unacknowledged stays in it. */
    @Override
    public void close() throws IOException {
        try (lock;
                positionFile) {
            releaseIfDone();
            positionFile.store(acknowledged);
            positionFile.force();
            for (Segment segment : segments) {
                segment.force();
                segment.channel.close();
            }
            forceFolder();
        }
    }

    /**
     * Records read together.
     *
     * @param schema JSON text of the schema that they were written with
     * @param end the position behind the last one
     */
    public record Batch(List<SpoolRecord> records, String schema, SpoolPosition end) {}

    /** How far a scan has come. */
    private static final class Scan {
        long offset;
        long found;
        long lastGoodEnd;
        /** Stretches of damage with records behind them, each of which was at least one record. */
        long damages;

        Scan(long offset) {
            this.offset = offset;
            this.lastGoodEnd = offset;
        }
    }
}
