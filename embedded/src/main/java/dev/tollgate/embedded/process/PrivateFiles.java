package dev.tollgate.embedded.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Files and folders that nobody but their user may read or write, on file systems that know users (POSIX). */
public final class PrivateFiles {
    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    private static final String FOLDER = "rwx------";
    private static final String FILE = "rw-------";

    private PrivateFiles() {}

    /** Creates a folder (0700) and those above it where they are missing; one that is there becomes 0700. */
    public static Path folder(Path folder) throws IOException {
        Files.createDirectories(folder, attributes(FOLDER));
        if (POSIX) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(FOLDER));
        }
        return folder;
    }

    /** Whether other users may do nothing in a folder that is there; true where the file system cannot tell. */
    public static boolean isPrivate(Path folder) throws IOException {
        return !POSIX
                || Set.copyOf(PosixFilePermissions.fromString(FOLDER))
                        .containsAll(Files.getPosixFilePermissions(folder));
    }

    /** Writes a file (0600) in one step: a reader sees the old content or the new one, and nobody else sees either. */
    public static void write(Path file, String content) throws IOException {
        Path written = file.resolveSibling(file.getFileName() + ".new");
        Files.deleteIfExists(written);
        try (var channel = Files.newByteChannel(
                written, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), attributes(FILE))) {
            var bytes = StandardCharsets.UTF_8.encode(content);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
        }
        Files.move(written, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static FileAttribute<?>[] attributes(String permissions) {
        return POSIX
                ? new FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
                }
                : new FileAttribute<?>[0];
    }
}
