package dev.tollgate.publisher.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Holds the code in docs/publishing.md to code that is compiled and run. */
class DocumentedCodeTest {
    private static final Path GUIDE = Path.of("docs", "publishing.md");
    private static final Path SOURCES = Path.of("src", "test", "java", "dev", "tollgate", "publisher");
    private static final Pattern JAVA_BLOCK = Pattern.compile("```java\\n(.*?)```", Pattern.DOTALL);

    @Test
    void givenTheGuide_whenItsJavaBlocksAreLookedUp_thenEachStandsInASourceOfThisBuild() throws IOException {
        List<String> sources = sources();
        List<String> blocks = javaBlocks(Files.readString(guide()));

        assertThat(blocks).hasSizeGreaterThanOrEqualTo(5);
        assertThat(blocks)
                .allSatisfy(block -> assertThat(sources)
                        .as(block)
                        .anySatisfy(source -> assertThat(source).contains(block)));
    }

    private static List<String> javaBlocks(String text) {
        List<String> blocks = new ArrayList<>();
        Matcher matcher = JAVA_BLOCK.matcher(text);
        while (matcher.find()) {
            blocks.add(withoutIndents(matcher.group(1)));
        }
        return blocks;
    }

    private static List<String> sources() throws IOException {
        try (Stream<Path> files = Files.walk(SOURCES)) {
            List<String> sources = new ArrayList<>();
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".java")).toList()) {
                sources.add(withoutIndents(Files.readString(file)));
            }
            return sources;
        }
    }

    private static String withoutIndents(String text) {
        return String.join("\n", text.lines().map(String::strip).toList());
    }

    /** Above the module, wherever the tests are started. */
    private static Path guide() {
        @Nullable Path folder = Path.of("").toAbsolutePath();
        while (folder != null && !Files.exists(folder.resolve(GUIDE))) {
            folder = folder.getParent();
        }
        return Objects.requireNonNull(folder, GUIDE + " is not above the working directory")
                .resolve(GUIDE);
    }
}
