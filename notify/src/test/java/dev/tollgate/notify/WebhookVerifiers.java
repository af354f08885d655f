package dev.tollgate.notify;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Two libraries for receivers, other people's, in Node.js: npm's {@code standardwebhooks} and {@code svix}. */
final class WebhookVerifiers {
    private static final Path SOURCE = Path.of("src/test/verifiers");
    private static final Path FOLDER = Path.of("target/verifiers");
    private static final ObjectMapper JSON = new ObjectMapper();

    private WebhookVerifiers() {}

    /** Installs them once, by the hashes of the lock file. */
    static void install() throws IOException, InterruptedException {
        Files.createDirectories(FOLDER);
        for (String file : List.of("package.json", "package-lock.json", "verify.mjs")) {
            Files.copy(SOURCE.resolve(file), FOLDER.resolve(file), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        if (!Files.exists(FOLDER.resolve("node_modules/.package-lock.json"))) {
            run(List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"), "");
        }
    }

    /** What they say of messages; both have taken each, and rejected it with a changed body. */
    static String verify(String secret, List<TestingReceiver.Received> messages)
            throws IOException, InterruptedException {
        StringBuilder lines = new StringBuilder();
        for (TestingReceiver.Received message : messages) {
            ObjectNode line = JSON.createObjectNode();
            line.put("secret", secret);
            line.put("body", Base64.getEncoder().encodeToString(message.body()));
            ObjectNode headers = line.putObject("headers");
            message.headers().forEach((name, value) -> headers.put(name.toLowerCase(java.util.Locale.ROOT), value));
            lines.append(line).append('\n');
        }
        return run(List.of("node", "verify.mjs"), lines.toString());
    }

    private static String run(List<String> command, String input) throws IOException, InterruptedException {
        Path output = FOLDER.resolve("output.txt");
        Process process = new ProcessBuilder(new ArrayList<>(command))
                .directory(FOLDER.toFile())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try (OutputStream stdin = process.getOutputStream()) {
            stdin.write(input.getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            // It has ended; its output says why.
        }
        boolean ended = process.waitFor(120, TimeUnit.SECONDS);
        if (!ended) {
            process.destroyForcibly();
        }
        String printed = Files.readString(output).trim();
        if (!ended || process.exitValue() != 0) {
            throw new AssertionError(command + " failed: " + printed);
        }
        return printed;
    }
}
