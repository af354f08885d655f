package dev.tollgate.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.tollgate.gateway.backfill.Mapping;
import dev.tollgate.http.token.TokenHash;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The snippets of docs/gateway.md do what they say, where their tools are installed. */
class DocumentedSnippetsIT {
    private static final Path PAGE = Path.of("../../docs/gateway.md");

    private static GatewayFixture fixture;
    private static Gateway gateway;
    private static String token;

    @TempDir
    Path folder;

    @BeforeAll
    static void start(@TempDir Path kafka) throws Exception {
        token = TokenHash.newToken();
        fixture = new GatewayFixture(kafka);
        gateway = fixture.gateway(
                "gateway.anonymous",
                "false",
                "gateway.tokens.docs.hash",
                TokenHash.of(token).text());
    }

    @AfterAll
    static void stop() {
        gateway.close();
        fixture.close();
    }

    @ParameterizedTest
    @CsvSource({
        "bash, snippet.sh, bash snippet.sh, curl --version, docs-curl, 1",
        "python, snippet.py, python3 snippet.py, python3 --version, docs-python, 3",
        "javascript, snippet.mjs, node snippet.mjs, node --version, docs-javascript, 1",
        "go, snippet.go, go run snippet.go, go version, docs-go, 1"
    })
    void givenSnippet_whenRun_thenItsEventsAreInKafka(
            String language, String file, String command, String probe, String account, int events) throws Exception {
        assumeTrue(isInstalled(probe), probe + " does not work here");
        Files.writeString(folder.resolve(file), snippet(language));

        Run run = run(command);

        assertThat(run.exit()).as(run.output()).isZero();
        assertThat(fixture.events(account)).hasSize(events);
    }

    @Test
    void givenMappingOfThePage_whenRead_thenItIsValid() throws Exception {
        assertThat(Mapping.parse(snippet("yaml")).format()).isEqualTo("combined");
    }

    private static String snippet(String language) throws Exception {
        Matcher matcher = Pattern.compile("(?s)```" + language + "\n(.*?)```").matcher(Files.readString(PAGE));
        assertThat(matcher.find()).as("a snippet in %s", language).isTrue();
        return matcher.group(1);
    }

    private boolean isInstalled(String probe) throws Exception {
        try {
            return run(probe).exit() == 0;
        } catch (java.io.IOException e) {
            return false;
        }
    }

    private Run run(String command) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(List.of(command.split(" ")))
                .directory(folder.toFile())
                .redirectErrorStream(true);
        builder.environment().put("TOLLGATE_URL", gateway.address().toString());
        builder.environment().put("TOLLGATE_TOKEN", token);
        Process process = builder.start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return new Run(process.exitValue(), output);
    }

    private record Run(int exit, String output) {}
}
