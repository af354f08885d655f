package dev.tollgate.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.tollgate.cli.config.ConfigSources;
import dev.tollgate.gateway.GatewayConfig;
import dev.tollgate.http.token.TokenHash;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class GatewayCommandTest {
    private static final Pattern LINE = Pattern.compile("gateway\\.tokens\\.billing\\.hash=(sha256:[0-9a-f:]+)");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final InputStream in = System.in;

    @AfterEach
    void giveStandardInputBack() {
        System.setIn(in);
    }

    private int run(String... args) {
        CommandLine commandLine = Main.commandLine();
        commandLine.setOut(new PrintWriter(out, true));
        commandLine.setErr(new PrintWriter(err, true));
        return commandLine.execute(args);
    }

    private static void type(String text) {
        System.setIn(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void givenBrokenConfiguration_whenStarted_thenAllProblemsOfAllPartsAreReportedAtOnce(@TempDir Path folder)
            throws Exception {
        Path file = Files.writeString(folder.resolve("broken.yaml"), """
            registry.user-info: "alice:wonder"
            kafka.client.acks: "1"
            topics: {partitions: many}
            gateway:
              port: 70000
              prot: 1
              tokens: {billing: {hash: "tg_plain_text"}}
            """);

        int status = run("gateway", "--config", file.toString(), "--bootstrap-servers", "");

        assertThat(status).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(err.toString())
                .contains("kafka.bootstrap-servers is missing")
                .contains("registry.url is missing")
                .contains("topics.partitions must be a whole number")
                .contains("kafka.client.acks cannot be set: the gateway")
                .contains("gateway.port must be a whole number from 0 to 65535, was '70000'")
                .contains("gateway.prot is unknown; did you mean gateway.port?")
                .contains("gateway.tokens.billing.hash: a token's hash must be sha256:SALT:HASH")
                .doesNotContain("wonder", "tg_plain_text");
    }

    @Test
    void givenTheLaunchersKeys_whenRead_thenClientsGetTheirOwnNames() {
        GatewayConfig config = GatewayConfig.from(Map.of(
                "kafka.bootstrap-servers", "k:1",
                "kafka.client.security.protocol", "SSL",
                "registry.url", "http://r",
                "registry.user-info", "me:hidden",
                "registry.request-timeout", "3s",
                "topics.prefix", "acc.",
                "gateway.anonymous", "true"));

        assertThat(config.topic()).isEqualTo("acc.request-events");
        assertThat(config.clients())
                .containsOnly(
                        Map.entry("bootstrap.servers", "k:1"),
                        Map.entry("security.protocol", "SSL"),
                        Map.entry("schema.registry.url", "http://r"),
                        Map.entry("schema.registry.request.timeout.ms", "3000"),
                        Map.entry("basic.auth.credentials.source", "USER_INFO"),
                        Map.entry("basic.auth.user.info", "me:hidden"),
                        Map.entry("auto.register.schemas", "true"),
                        Map.entry("use.latest.version", "false"));
        assertThat(config.effective())
                .containsEntry("kafka.bootstrap-servers", "k:1")
                .containsEntry("registry.user-info", "****")
                .containsEntry("gateway.port", "8480");
    }

    @Test
    void givenTokensInTheEnvironment_whenMerged_thenTheyAreThoseOfTheFileOrTheirOwn(@TempDir Path folder)
            throws Exception {
        Path file = Files.writeString(folder.resolve("c.properties"), """
            gateway.tokens.edge_proxy.hash=old
            gateway.tokens.edge_proxy.accounts=acme
            """);

        Map<String, String> merged = ConfigSources.merge(
                        file,
                        Map.of(
                                "TOLLGATE_GATEWAY_TOKENS_EDGE_PROXY_HASH", "new",
                                "TOLLGATE_GATE_SERVER_TOKENS_EDGE_HASH", "third",
                                "TOLLGATE_GATEWAY_TOKENS_NIGHT_JOB_HASH", "other",
                                "TOLLGATE_GATEWAY_TOKENS_NIGHT_JOB_ACCOUNTS", "a,b"),
                        Map.of())
                .values();

        assertThat(merged)
                .containsEntry("gateway.tokens.edge_proxy.hash", "new")
                .containsEntry("gateway.tokens.edge_proxy.accounts", "acme")
                .containsEntry("gate-server.tokens.edge.hash", "third")
                .containsEntry("gateway.tokens.night-job.hash", "other")
                .containsEntry("gateway.tokens.night-job.accounts", "a,b")
                .doesNotContainKey("gateway.tokens.edge-proxy.hash");
    }

    @Test
    void givenATokenOnStandardInput_whenHashed_thenTheLineIsTheConfigurationsAndTheTokenIsNotShown() {
        type("a-token-of-some-length-123\n");

        assertThat(run("gateway", "hash-token", "billing", "--accounts", "acme,team-*"))
                .isZero();

        Matcher line = LINE.matcher(out.toString());
        assertThat(line.find()).as(out.toString()).isTrue();
        assertThat(TokenHash.parse(line.group(1)).matches("a-token-of-some-length-123"))
                .isTrue();
        assertThat(out.toString()).contains("gateway.tokens.billing.accounts=acme,team-*");
        assertThat(out + err.toString()).doesNotContain("a-token-of-some-length-123");
    }

    @Test
    void givenNoToken_whenOneIsAskedFor_thenItIsShownApartFromItsHash() {
        assertThat(run("gateway", "hash-token", "--new", "billing")).isZero();

        Matcher line = LINE.matcher(out.toString());
        assertThat(line.find()).as(out.toString()).isTrue();
        Matcher token = Pattern.compile("shown this once: (tg_\\S+)").matcher(err.toString());
        assertThat(token.find()).as(err.toString()).isTrue();
        assertThat(TokenHash.parse(line.group(1)).matches(token.group(1))).isTrue();
        assertThat(out.toString()).doesNotContain(token.group(1));
    }

    @Test
    void givenATokenThatCannotBeOne_whenHashed_thenTheReasonIsSaidWithoutIt() {
        type("too-short\n");
        assertThat(run("gateway", "hash-token", "billing")).isEqualTo(CommandLine.ExitCode.SOFTWARE);

        type("one-line-of-the-token-xxxxx\nand another one\n");
        assertThat(run("gateway", "hash-token", "billing")).isEqualTo(CommandLine.ExitCode.SOFTWARE);

        type("x".repeat(100_000));
        assertThat(run("gateway", "hash-token", "billing")).isEqualTo(CommandLine.ExitCode.SOFTWARE);

        assertThat(run("gateway", "hash-token", "bad name")).isEqualTo(CommandLine.ExitCode.USAGE);
        assertThat(run("gateway", "hash-token", "billing", "--accounts", " , ")).isEqualTo(CommandLine.ExitCode.USAGE);

        assertThat(err.toString())
                .contains("a token must have 24 to 512 characters, had 9")
                .contains("this one has other characters")
                .contains("NAME must be up to 64 letters")
                .contains("--accounts must name at least one account")
                .doesNotContain("too-short", "one-line-of-the-token");
        assertThat(out.toString()).isEmpty();
    }
}
