package dev.tollgate.sql;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URL;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** SQL files that are part of this module, from its jar or its folder of classes. */
final class Resources {
    private Resources() {}

    /** Text by file name of each {@code .sql} file in a folder beside this class. */
    static Map<String, String> sqlFiles(String folder) {
        URL location = Resources.class.getResource(folder);
        if (location == null) {
            throw new IllegalStateException("this build has no SQL files in " + folder);
        }
        try {
            URI uri = location.toURI();
            if (uri.getScheme().equals("jar")) {
                Path jar = Path.of(URI.create(uri.getSchemeSpecificPart().replaceFirst("!.*", "")));
                try (FileSystem files = FileSystems.newFileSystem(jar)) {
                    String inside = uri.getSchemeSpecificPart().replaceFirst("[^!]*!", "");
                    return read(files.getPath(inside));
                }
            }
            return read(Path.of(uri));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the SQL files in " + folder, e);
        } catch (URISyntaxException e) {
            throw new IllegalStateException("cannot locate the SQL files in " + folder, e);
        }
    }

    private static Map<String, String> read(Path folder) throws IOException {
        List<Path> paths;
        try (Stream<Path> entries = Files.list(folder)) {
            paths = entries.filter(path -> path.toString().endsWith(".sql")).toList();
        }
        Map<String, String> texts = new TreeMap<>();
        for (Path path : paths) {
            texts.put(path.getFileName().toString(), Files.readString(path));
        }
        return texts;
    }
}
