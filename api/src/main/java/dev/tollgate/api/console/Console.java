package dev.tollgate.api.console;

import dev.tollgate.http.Answer;
import dev.tollgate.http.CommonProblem;
import dev.tollgate.http.Exchange;
import dev.tollgate.http.Routes;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The pages of the API, under {@code /console/}: files of the class path that are listed in {@code files.txt}, held in
 * memory. A path is looked up in that list and nowhere else, so it reaches no other file. Every path that is no file is
 * a view of the one page, which reads its address itself. The page holds no data: it asks the API, with the token that
 * its user types in.
 */
public final class Console {
    /** Where it is served. */
    public static final String PATH = "/console/";

    /** Where the module {@code console} puts what it builds. */
    private static final String RESOURCES = "/dev/tollgate/console/";

    private static final String PAGE = "index.html";
    private static final String POLICY = "csp.txt";
    private static final String NONCE = "__CSP_NONCE__";
    private static final int NONCE_BYTES = 16;

    private final Map<String, ConsoleFile> files;
    private final String page;
    private final String policy;
    private final SecureRandom random = new SecureRandom();

    private Console(Map<String, ConsoleFile> files, String page, String policy) {
        this.files = files;
        this.page = page;
        this.policy = policy;
    }

    /** The console of this build; empty if it was built without one. */
    public static Optional<Console> find() {
        return find(RESOURCES);
    }

    /**
     * The console of a folder of the class path.
     *
     * @throws IllegalStateException if a file that is listed is missing
     */
    static Optional<Console> find(String folder) {
        byte[] list = read(folder + "files.txt");
        if (list == null) {
            return Optional.empty();
        }
        Map<String, ConsoleFile> files = new HashMap<>();
        text(list)
                .lines()
                .filter(name -> !name.equals(PAGE))
                .forEach(name -> files.put(name, ConsoleFile.of(name, required(folder + name))));
        return Optional.of(new Console(
                Map.copyOf(files),
                text(required(folder + PAGE)),
                text(required(folder + POLICY)).strip()));
    }

    /** Serves it; {@code /} leads there. */
    public void addTo(Routes routes) {
        routes.get("/", exchange -> redirect())
                .get(PATH.substring(0, PATH.length() - 1), exchange -> redirect())
                .get(PATH + "**", this::answer);
    }

    private static Answer redirect() {
        return Answer.of(302, "text/plain; charset=utf-8", new byte[0]).with("Location", PATH);
    }

    private Answer answer(Exchange exchange) {
        String name = exchange.path()
                .substring(Math.min(PATH.length(), exchange.path().length()));
        ConsoleFile file = files.get(name);
        if (file != null) {
            return file.answer(exchange);
        }
        // A file of another release: the page instead of it would be a script that cannot be read.
        if (name.startsWith("assets/")) {
            return Answer.problem(CommonProblem.NOT_FOUND, "the console of this release has no such file: reload it");
        }
        return page();
    }

    /** Its style sheets that are made by scripts are let in by a number that is another one each time. */
    private Answer page() {
        byte[] bytes = new byte[NONCE_BYTES];
        random.nextBytes(bytes);
        String nonce = HexFormat.of().formatHex(bytes);
        byte[] html = page.replace(NONCE, nonce).getBytes(StandardCharsets.UTF_8);
        return Answer.of(200, ConsoleFile.contentTypeOf(PAGE), html)
                .with("Content-Security-Policy", policy.replace(NONCE, nonce))
                .with("Referrer-Policy", "no-referrer")
                .with("X-Frame-Options", "DENY");
    }

    private static byte[] required(String resource) {
        byte[] bytes = read(resource);
        if (bytes == null) {
            throw new IllegalStateException("resource " + resource + " is listed and missing in this build");
        }
        return bytes;
    }

    private static byte @Nullable [] read(String resource) {
        try (InputStream in = Console.class.getResourceAsStream(resource)) {
            return in == null ? null : in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("resource " + resource + " cannot be read", e);
        }
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}
